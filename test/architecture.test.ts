import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Each layer imports only from those above it, and from itself without cycles. */
const layers = [
  ['errors.ts', 'memo.ts'],
  ['http/'],
  ['log/'],
  ['issuer/'],
  ['token/'],
  ['route/'],
  ['access/'],
  ['upstream/', 'proxy/'],
  ['config/'],
  ['gateway/'],
  ['admin/'],
  ['server/'],
  ['workers/'],
  ['commands/'],
  ['dev/'],
  ['cli.ts'],
]

const src = join(import.meta.dirname, '..', 'src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, target = '']) =>
    relative(src, normalize(join(src, file, '..', target))),
  )
}

function layerOf(file: string): number {
  return layers.findIndex((names) =>
    names.some((name) => file === name || (name.endsWith('/') && file.startsWith(name))),
  )
}

/** Imports that exist at run time; a type may be told between neighbours in both directions. */
function valueImportsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8').replace(/import type [^']+'[^']+'/g, '')
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, target = '']) =>
    relative(src, normalize(join(src, file, '..', target))),
  )
}

describe('the house', () => {
  test.each(files)('%s stands in a room and imports only from rooms above it', (file) => {
    expect(layerOf(file)).toBeGreaterThanOrEqual(0)
    const below = importsOf(file).filter((target) => layerOf(target) > layerOf(file))
    expect(below).toEqual([])
  })

  test('has no import cycle', () => {
    const done = new Set<string>()
    const visit = (file: string, trail: readonly string[]): void => {
      expect(trail, `cycle through ${file}`).not.toContain(file)
      if (done.has(file)) return
      for (const target of valueImportsOf(file)) visit(target, [...trail, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
  })
})
