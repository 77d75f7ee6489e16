import { describe, expect, test } from 'vitest'
import { isMembers } from '../../../src/openapi/members.ts'
import { readSourceTree } from '../../../src/openapi/source-tree.ts'
import { problemTexts } from '../../support/openapi.ts'

const read = (text: string) => readSourceTree(text, 'f')
const plain = (text: string) => JSON.parse(JSON.stringify(read(text).value ?? null))
const problems = (text: string) => problemTexts(read(text).problems)

describe('a file is read', () => {
  test('as YAML or as JSON, with the place of each member and item', () => {
    const tree = read('a:\n  - x\n  - { b: 1 }\n')
    const { value } = tree
    if (!isMembers(value) || !Array.isArray(value['a'])) throw new Error('it is a map of a list')
    expect(tree.placeOf(value, 'a')).toEqual({ file: 'f', line: 1, column: 1 })
    expect(tree.placeOf(value['a'], 1)).toEqual({ file: 'f', line: 3, column: 5 })
    expect(tree.placeOf(value['a'][1], 'b')).toEqual({ file: 'f', line: 3, column: 7 })
    expect(tree.placeOf({}, 'b')).toBeUndefined()
    expect(plain('{"a": [true, null, 1.5, "x"]}')).toEqual({ a: [true, null, 1.5, 'x'] })
  })

  test('with anchors and aliases, which share one value', () => {
    const { value } = read('a: &x { b: 1 }\nc: *x\nd: &x 2\ne: *x\n')
    if (!isMembers(value)) throw new Error('it is a map')
    expect(value['c']).toBe(value['a'])
    expect(value['e']).toBe(2)
  })

  test('with merge keys: own ones win, then earlier ones', () => {
    expect(plain('x: &x { a: 1, b: 1 }\ny: &y { b: 2, c: 2 }\nz: { c: 3, <<: [*x, *y], d: 3 }').z).toEqual({
      ...{ c: 3, a: 1, b: 1, d: 3 },
    })
    expect(plain('{"<<": {"a": 1}}')).toEqual({ '<<': { a: 1 } })
  })

  test('with keys of any name and of any kind of scalar', () => {
    const { value } = read('__proto__: 1\nconstructor: 2\n200: 3\n1.0: 4\ntrue: 5\n')
    expect(Object.entries(value ?? {})).toEqual([
      ['200', 3],
      ['__proto__', 1],
      ['constructor', 2],
      ['1.0', 4],
      ['true', 5],
    ])
    expect(Object.getPrototypeOf(value)).toBeNull()
  })

  test('where a key stands twice, the first one is kept and it is said', () => {
    const tree = read('a: 1\nb: 2\na: 3\n')
    expect(problemTexts(tree.problems)).toEqual(['f:3:1 this key stands twice, first on line 1: keep one'])
    expect(isMembers(tree.value) && [tree.value['a'], tree.isTwice(tree.value, 'a')]).toEqual([1, true])
  })
})

describe('a file is not read', () => {
  const laughs = [
    'a: &a [x, x]',
    ...[...'bcdefghijklmnopqr'].map((name, i) => {
      const before = String.fromCharCode(97 + i)
      return `${name}: &${name} [*${before}, *${before}]`
    }),
  ].join('\n')
  const aliases = (count: number) => `a: &a 1\nb: [${'*a, '.repeat(count)}]`

  test.each([
    ['a: *b', 'f:1:4 *b is a YAML alias of nothing: quote a text that starts with *'],
    ['a: &a [*a]', 'f:1:8 *a is part of the node that it stands for: write it out'],
    ['a: { <<: 1 }', 'f:1:10 a merge key << takes a map, or a list of maps'],
    ['a: !include x', 'f:1:4 not YAML or JSON: Unresolved tag: !include'],
    ['a: 1\n---\nb: 1', 'f:2:1 the file holds more than one document'],
  ])('%j', (text, problem) => {
    expect(read(text).value).toBeUndefined()
    expect(problems(text)[0]).toContain(problem)
  })

  test.each([
    ['lists in lists', () => '['.repeat(100_000), 'are nested more than 500 levels deep'],
    ['maps in maps', () => '{"a":'.repeat(100_000), 'are nested more than 500 levels deep'],
    [
      'lists in lines',
      () => `${'- '.repeat(501)}x`,
      'f:1:1003 lists and maps are nested more than 500 levels deep',
    ],
    ['JSON in lines', () => '{"a":1}\n'.repeat(300_000), 'f:2:1 not YAML or JSON'],
    ['a billion laughs', () => laughs, 'the aliases of this file stand for more than 100,000 nodes'],
    ['100,001 aliases', () => aliases(100_001), 'f:2:400005 the aliases of this file stand for more than'],
  ])('%s', (_, text, problem) => {
    const tree = read(text())
    expect(tree.value === undefined).toBe(true)
    expect(problemTexts(tree.problems)[0]).toContain(problem)
  })

  test('but 500 levels are', () => {
    expect(problems(`${'['.repeat(500)}${']'.repeat(500)}`)).toEqual([])
    expect(problems(`${'- '.repeat(499)}x`)).toEqual([])
  })

  test('but 100,000 aliases are', () => {
    expect(problems(aliases(100_000))).toEqual([])
  })
})
