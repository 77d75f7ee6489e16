import { expect, it } from 'vitest'
import { drawBars } from '../src/report/bars.ts'

const options = { title: 'Requests', caption: 'on one core', format: String }
const lengths = (svg: string) =>
  [...svg.matchAll(/<rect class="bar[^>]* width="(\d+)"/g)].map(([, width]) => Number(width))

it('draws bars as long as their values, the longest as long as there is room', () => {
  const bars = [400, 200, 100].map((value) => ({ name: `n${value}`, value }))
  const [a = 0, b = 0, c = 0] = lengths(drawBars(bars, options))
  expect([a / b, b / c]).toEqual([expect.closeTo(2, 1), expect.closeTo(2, 1)])
  expect(lengths(drawBars([{ name: 'other', value: 7 }], options))).toEqual([a])
})

it('names every bar and its value, and marks our own', () => {
  const svg = drawBars(
    [
      { name: 'ours', value: 2, own: true },
      { name: 'theirs', value: 1 },
    ],
    { ...options, format: (value) => `${value} µs` },
  )
  expect([...svg.matchAll(/<text class="name[^>]*>([^<]*)/g)].map(([, name]) => name)).toEqual([
    'ours',
    'theirs',
  ])
  expect(svg).toContain('>2 µs</text>')
  expect(svg.match(/class="bar own"/g)).toHaveLength(1)
})

it('keeps every bar and its figure on the ground, however many there are', () => {
  const bars = Array.from({ length: 40 }, (_, i) => ({ name: `n${i}`, value: i + 1 }))
  const svg = drawBars(bars, options)
  const [, width, height] = (/viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []).map(Number)
  const places = [...svg.matchAll(/<text class="value[^>]* x="(\d+)" y="(\d+)"/g)]
  expect(places).toHaveLength(40)
  expect(Math.max(...places.map(([, x]) => Number(x)))).toBeLessThan((width ?? 0) - 50)
  expect(Math.max(...places.map(([, , y]) => Number(y)))).toBeLessThan(height ?? 0)
})

it('leaves room for the longest name', () => {
  const svg = drawBars([{ name: 'x'.repeat(100), value: 1 }], options)
  expect(Number(/<text class="name[^>]* x="(\d+)"/.exec(svg)?.[1])).toBeGreaterThan(100 * 6.5)
})

it('escapes what a name may hold, and needs nothing from elsewhere', () => {
  const svg = drawBars([{ name: '<a & "b">', value: 1 }], options)
  expect(svg).toContain('&lt;a &amp; &quot;b&quot;&gt;')
  expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|@import|<script|<image/)
})
