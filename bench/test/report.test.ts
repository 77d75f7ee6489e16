import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fillMarkers } from '../src/report/markers.ts'
import { createParts } from '../src/report/parts.ts'
import { drawPlots } from '../src/report/plots.ts'
import { notMeasured, statements } from '../src/report/statements.ts'
import type { StoredSection } from '../src/report/store.ts'
import type { SectionResult } from '../src/results.ts'
import { allSections } from '../src/sections/all.ts'
import { figuresOf, machine, resultsOf, roundOf, runOf, sectionOf } from './results-of.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/performance.md'), 'utf8')

function stored(section: Partial<SectionResult>, absent: StoredSection['absent'] = []): StoredSection {
  return { machine, absent, section: sectionOf(section) }
}

const growth = {
  id: 'growth',
  title: 'Growth',
  runs: [
    runOf('routes-1-tokens-1', 50),
    runOf('routes-10000-tokens-1', 55),
    runOf('routes-1-tokens-20000', 60),
  ],
}

describe('docs/performance.md', () => {
  it('asks only for what is written, and can be filled with nothing measured', () => {
    expect(fillMarkers(page, createParts([]))).toContain(notMeasured)
  })

  it.each([...Object.keys(statements), ...allSections.map(({ id }) => id)])('says %s', (name) => {
    expect(page).toContain(`<!-- ${name} -->`)
  })

  it('begins no line of a sentence with a comment, after which Markdown would read HTML', () => {
    const lines = page.split('\n').filter((line) => /^ {0,3}<!--/.test(line))
    expect(lines.filter((line) => !/^<!-- \/?[a-z0-9-]+ -->$/.test(line))).toEqual([])
  })
})

describe('the parts of the page', () => {
  it('state figures from the results', () => {
    const part = createParts([stored({ tables: [growth] })])
    expect([part('routes-10000'), part('tokens-20000'), part('routes-100')]).toEqual([
      '1.10 ×',
      '1.20 ×',
      notMeasured,
    ])
  })

  it('say that a figure is only about right where its rounds disagree', () => {
    const runs = [
      runOf('routes-1-tokens-1', 50),
      runOf('routes-100-tokens-1', 0, { rounds: [50, 55, 65].map(roundOf) }),
    ]
    const part = createParts([stored({ tables: [{ ...growth, runs }] })])
    expect(part('routes-100')).toBe('about 1.10 ×')
    expect(part('growth')).toMatch(/^\| routes-100-tokens-1 .* ~55\.0 /m)
    expect(part('growth')).toContain('- ~: the rounds of the figure are more than a fifth of it apart')
  })

  it('say nothing of that where they agree', () => {
    expect(createParts([stored({ tables: [growth] })])('growth')).not.toContain('~')
  })

  it('know no other names', () => {
    expect(createParts([])('growht')).toBeUndefined()
  })

  it('hold the tables of a section, its problems, its day and its machine', () => {
    const text = createParts([stored({ tables: [growth], problems: ['nginx: gone'] })])('growth')
    expect(text).toMatch(/^\*\*Growth\*\*\n\n\| +\| requests\/s \|/)
    expect(text).toContain('- Not measured: nginx: gone')
    expect(text).toContain('*2026-01-02, Node 20.20.0, Test CPU; median of 3 rounds*')
  })

  it('say once what several peers do alike', () => {
    const does = 'forwards, checks nothing'
    const runs = [runOf('a', 1, { does }), runOf('b', 1, { does }), runOf('c', 1, { does: 'verifies' })]
    const text = createParts([stored({ tables: [{ id: 't', title: 'T', runs }] })])('growth')
    expect(text).toContain('\n\n- a; b: forwards, checks nothing\n- c: verifies\n\n')
  })

  it('put misses first', () => {
    const figures = figuresOf({ start: 100, 'added-p99': 9 })
    const targets = createParts([stored({ id: 'start', figures })])('targets')?.split('\n') ?? []
    expect(targets[2]).toMatch(/^\| p99 added at half load +\| below 1 ms +\| \*\*missed\*\* +\| 9.00 ms/)
    expect(targets.at(-1)).toMatch(/^\| start to listening .*\| met /)
  })

  it('count the verdicts', () => {
    const figures = figuresOf({ start: 100, 'added-p99': 9 })
    expect(createParts([stored({ id: 'start', figures })])('missed')).toMatch(
      /^1 of \d+ are met, 1 missed, \d+ not measured$/,
    )
  })

  it('name peers that could not be had, once', () => {
    const absent = [{ id: 'krakend', name: 'KrakenD', why: 'it cannot be downloaded' }]
    const part = createParts([stored({ id: 'throughput' }, absent), stored({ id: 'bodies' }, absent)])
    expect(part('absent')).toBe('- **KrakenD** could not be had: it cannot be downloaded.')
  })
})

describe('the plots', () => {
  it('are drawn only of what was measured', () => {
    expect(drawPlots(resultsOf([]))).toEqual([])
    expect(drawPlots(resultsOf([{ tables: [growth] }])).map(({ file }) => file)).toEqual([
      'performance-growth.svg',
    ])
  })

  it('show the fastest first', () => {
    const runs = [runOf('nginx', 90), runOf('scopegate-ES384', 30), runOf('undici', 60)]
    const tables = [{ id: 'throughput', title: '', runs }]
    const [plot] = drawPlots(resultsOf([{ id: 'throughput', tables }]))
    const names = [...(plot?.svg ?? '').matchAll(/<text class="name[^>]*>([^<]*)/g)].map(([, name]) => name)
    expect(names).toEqual(['scopegate-ES384', 'undici', 'nginx'])
  })
})
