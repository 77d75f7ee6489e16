import { describe, expect, test } from 'vitest'
import { implies, refused, unite } from '../../../src/openapi/security.ts'
import type { Requirement } from '../../../src/route/requirement.ts'
import { head, translated } from '../../support/openapi.ts'

const scopes = (...sets: string[]): Requirement => ({
  kind: 'scopes',
  anyOf: sets.map((set) => set.split(' ')),
  where: [],
})

/** The requirement of one operation with this security, or why it is left out. */
async function requirementOf(security: string, root = ''): Promise<unknown> {
  const own = security === '' ? '' : `security: ${security}`
  const { placed, leftOut } = await translated(`${head}${root}\npaths: { /a: { get: { ${own} } } }`)
  const [one] = placed
  if (one === undefined) return leftOut[0]?.why
  const { requirement, operation } = one
  const sets =
    requirement.kind === 'scopes' ? requirement.anyOf.map((set) => set.join(' ')) : requirement.kind
  return operation.security.kind === 'unsaid' ? ['proposed', sets] : sets
}

describe('security of a document becomes', () => {
  test.each<[string, unknown]>([
    ['[{ o: [read] }]', ['read']],
    ['[{ o: [read, write] }]', ['read write']],
    ['[{ o: [read] }, { o: [write] }]', ['read', 'write']],
    ['[{ o: [read], p: [write] }]', ['read write']],
    ['[{ o: [read], key: [] }]', ['read']],
    ['[{ o: [read] }, { key: [] }]', ['read']],
    ['[{ o: [] }, { o: [admin] }]', ['admin']],
    ['[{ o: [] }]', 'authenticated'],
    ['[{ key: [] }]', 'authenticated'],
    ['[{ bearer: [admin, public] }]', ['admin public']],
    ['[{ unknown: [] }]', 'authenticated'],
    ['[]', 'public'],
    ['[{}]', 'optional'],
    ['[{ o: [read] }, {}]', 'optional'],
    ['', ['proposed', ['read']]],
    ['[{ o: [two words] }, { o: [read] }]', ['read']],
  ])('%s → %j', async (security, expected) => {
    expect(await requirementOf(security)).toEqual(expected)
  })

  test.each([
    ['null', 'security is a list of maps, such as [{ oauth: [read] }]'],
    ['{ o: [read] }', 'security is a list of maps, such as [{ oauth: [read] }]'],
    ['[o]', 'security is a list of maps, such as [{ oauth: [read] }]'],
    ['[{ o: read }]', 'the scopes of a scheme are a list of texts, such as { oauth: [read] }'],
    ['[{ o: [1] }]', 'the scopes of a scheme are a list of texts, such as { oauth: [read] }'],
    [
      '[{ o: [two words] }]',
      'a scope holds printable ASCII without spaces, quotes and backslashes: no token can hold this',
    ],
    [
      '[{ o: [two words] }, { key: [] }]',
      'a scope holds printable ASCII without spaces, quotes and backslashes: no token can hold this',
    ],
  ])('nothing: %s', async (security, why) => {
    expect(await requirementOf(security)).toBe(why)
  })

  test('that of the document, where the operation has none of its own', async () => {
    expect(await requirementOf('', 'security: [{ o: [read] }]')).toEqual(['read'])
    expect(await requirementOf('[]', 'security: [{ o: [read] }]')).toBe('public')
  })

  test('a proposal, where the document says for all operations that nothing is needed', async () => {
    expect(await requirementOf('', 'security: []')).toEqual(['proposed', ['read']])
    expect(await requirementOf('', 'security: [{}]')).toEqual(['proposed', ['read']])
  })
})

describe('two requirements together', () => {
  test.each<[Requirement, Requirement, Requirement]>([
    [{ kind: 'public' }, scopes('a'), scopes('a')],
    [
      { kind: 'optional', where: [] },
      { kind: 'authenticated', where: [] },
      { kind: 'authenticated', where: [] },
    ],
    [scopes('a'), scopes('b'), scopes('a b')],
    [scopes('a', 'b'), scopes('c'), scopes('a c', 'b c')],
    [scopes('a', 'b'), scopes('a'), scopes('a')],
    [scopes('a', 'b'), scopes('a', 'c'), scopes('a', 'b c')],
    [scopes('a'), refused, refused],
  ])('%j and %j', (first, second, expected) => {
    for (const united of [unite(first, second), unite(second, first)]) {
      expect(implies(united, expected) && implies(expected, united)).toBe(true)
      expect(implies(united, first) && implies(united, second)).toBe(true)
    }
  })

  test('of very many alternatives require all of their scopes', () => {
    const many = (prefix: string) => scopes(...Array.from({ length: 60 }, (_, i) => `${prefix}${i}`))
    const united = unite(many('a'), many('b'))
    expect(united.kind === 'scopes' && united.anyOf.map((set) => set.length)).toEqual([120])
  })
})
