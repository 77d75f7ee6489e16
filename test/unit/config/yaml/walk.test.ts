import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { createFileReader } from '../../../../src/config/file-reader.ts'
import { walkDocument } from '../../../../src/config/yaml/walk.ts'

function walk(text: string, env: Record<string, string> = {}) {
  const problems: string[] = []
  const document = parseDocument(text, { merge: false, uniqueKeys: false })
  const walked = walkDocument(document.contents, {
    env,
    files: createFileReader('/'),
    lineOf: ({ start }) => text.slice(0, start).split('\n').length,
    report: (_, path, message) => void problems.push(`${path.join('.')}: ${message}`),
  })
  return { ...walked, problems }
}

describe('a walked document', () => {
  test('is plain values, with references replaced', () => {
    const { value, problems } = walk('a: [1, true, "${X}"]\nb: { c: }', { X: 'x' })
    expect(JSON.parse(JSON.stringify(value))).toEqual({ a: [1, true, 'x'], b: { c: null } })
    expect(problems).toEqual([])
  })

  test('knows where keys and values are written', () => {
    const text = 'api: { path: /v1 }'
    const { value, positionOf } = walk(text)
    const { api } = value as { api: unknown }
    const position = positionOf(api, 'path')
    expect(text.slice(position?.key.start, position?.key.end)).toBe('path')
    expect(text.slice(position?.value.start, position?.value.end)).toBe('/v1')
    expect(positionOf(api, 'other')).toBeUndefined()
    expect(positionOf('a text', 'length')).toBeUndefined()
  })

  test('keeps the first of two equal keys and names its line', () => {
    const { value, problems } = walk('a: 1\nb: 2\na: 3')
    expect(value).toMatchObject({ a: 1, b: 2 })
    expect(problems).toEqual(['a: this key stands twice, first on line 1: keep one'])
  })

  test('has undefined where an issue says why there is no value', () => {
    const { value, isUnreadable, problems } = walk('a: ${UNSET}\nb: *nothing\n<<: { c: 1 }')
    expect(Object.keys(value as object)).toEqual(['a', 'b', '<<'])
    expect(['a', 'b', '<<', 'c'].map((key) => isUnreadable(value, key))).toEqual([true, true, true, false])
    expect(problems).toHaveLength(3)
  })

  test.each(['__proto__', 'constructor', 'prototype'])('has no key %s', (name) => {
    const { value, problems } = walk(`${name}: { polluted: true }`)
    expect(Object.keys(value as object)).toEqual([])
    expect(problems).toEqual([`: no key can be called ${name}`])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('ends soon when few nested aliases stand for very many nodes', () => {
    const levels = ['a: &a [x, x, x, x, x, x, x, x, x]']
    for (const [above, name] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map((pair) => [...pair]))
      levels.push(`${name}: &${name} [${Array(9).fill(`*${above}`).join(', ')}]`)
    const { problems } = walk(levels.join('\n'))
    expect(problems).toEqual([expect.stringContaining('stand for more than 1,000 nodes')])
  })

  test('refuses an alias of itself', () => {
    expect(walk('a: &a [*a]').problems).toEqual([expect.stringContaining('1,000 nodes')])
  })
})
