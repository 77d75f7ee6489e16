import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Each room imports only from those above it, and from itself without cycles. */
const rooms = [
  ['errors.ts'],
  ['memo.ts'],
  ['http/'],
  ['log/'],
  ['issuer/'],
  ['token/'],
  ['route/'],
  ['access/'],
  ['upstream/'],
  ['proxy/'],
  ['openapi/'],
  ['config/'],
  ['endpoint/'],
  ['gateway/'],
  ['admin/'],
  ['server/'],
  ['logto/'],
  ['workers/'],
  ['commands/'],
  ['dev/'],
  ['cli.ts'],
]

const root = join(import.meta.dirname, '..')
const src = join(root, 'src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()

/** Types included: a type that is told in both directions is a circle too. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, target = '']) =>
    relative(src, normalize(join(src, file, '..', target))),
  )
}

function roomOf(file: string): number {
  return rooms.findIndex((names) =>
    names.some((name) => file === name || (name.endsWith('/') && file.startsWith(name))),
  )
}

/** Lines that re-export what another file has: whoever needs it imports it from there. */
function reExportsOf(file: string): string[] {
  return [...readFileSync(join(src, file), 'utf8').matchAll(/^export [^\n]* from '[^']+'/gm)].map(
    ([line]) => line,
  )
}

describe('the house', () => {
  test.each(files)('%s is in a room, imports only from rooms above it, and re-exports nothing', (file) => {
    expect(roomOf(file)).toBeGreaterThanOrEqual(0)
    const below = importsOf(file).filter((target) => roomOf(target) > roomOf(file))
    expect(below).toEqual([])
    expect(reExportsOf(file)).toEqual([])
  })

  test('has no import cycle, type-only ones included', () => {
    const done = new Set<string>()
    const visit = (file: string, trail: readonly string[]): void => {
      expect(trail, `cycle through ${file}`).not.toContain(file)
      if (done.has(file)) return
      for (const target of importsOf(file)) visit(target, [...trail, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
  })

  test('has no room without files, and no loose file in src', () => {
    const loose = files.filter((file) => !file.includes('/'))
    expect(loose).toEqual(['cli.ts', 'errors.ts', 'memo.ts'])
    const empty = rooms.flat().filter((room) => !files.some((file) => file.startsWith(room)))
    expect(empty).toEqual([])
  })

  test('keeps the private parts of undici in one file', () => {
    const users = files.filter((file) => /from 'undici\//.test(readFileSync(join(src, file), 'utf8')))
    expect(users).toEqual(['upstream/undici-client.ts'])
  })
})

describe('the map in CONTRIBUTING.md', () => {
  const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const mapped = [...page.matchAll(/^\| `([a-z.-]+\/?)` /gm)].map(([, name = '']) => name)

  test('lists every room and loose file of src, in the order of the rooms', () => {
    expect(mapped).toEqual(rooms.flat())
  })
})
