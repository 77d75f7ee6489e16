import { describe, expect, it, test } from 'vitest'
import { createIdentity, type IdentityHeader } from '../../../src/access/identity.ts'
import type { AccessToken } from '../../../src/token/access-token.ts'
import { accessToken } from '../../support/access-token.ts'

function headersOf(mapping: Record<string, string>, held: AccessToken): string[] {
  const identity = createIdentity(entries(mapping), 'client')
  const headers: string[] = []
  identity(held, headers)
  return headers
}

const entries = (mapping: Record<string, string>): IdentityHeader[] =>
  Object.entries(mapping).map(([header, claim]) => ({ header, claim }))

/** The value that the claim `c` gets, or undefined when no header is written. */
const valueFor = (claim: unknown) => headersOf({ 'X-C': 'c' }, accessToken({ c: claim }))[1]

describe('identity headers', () => {
  it('are appended to a list, in the order of the mapping', () => {
    const identity = createIdentity(entries({ 'X-User-Id': 'sub', 'X-Role': 'role' }), 'client')
    const headers = ['Accept', '*/*']
    identity(accessToken({ role: 'editor', sub: 'user1' }), headers)
    expect(headers).toEqual(['Accept', '*/*', 'X-User-Id', 'user1', 'X-Role', 'editor'])
  })

  it('are not written for claims that are missing', () => {
    expect(headersOf({ 'X-A': 'a', 'X-B': 'b' }, accessToken({ b: 'x' }))).toEqual(['X-B', 'x'])
  })

  it('may show one claim twice', () => {
    expect(headersOf({ 'X-A': 'a', 'X-B': 'a' }, accessToken({ a: 'x' }))).toEqual(['X-A', 'x', 'X-B', 'x'])
  })

  it('find a claim by its whole name first, then nested', () => {
    const claims = { 'https://example.com/role': 'whole', user: { id: 'nested' } }
    const mapping = { 'X-Role': 'https://example.com/role', 'X-Id': 'user.id' }
    expect(headersOf(mapping, accessToken(claims))).toEqual(['X-Role', 'whole', 'X-Id', 'nested'])
  })

  it('never show what objects inherit', () => {
    const names = { 'X-A': 'constructor', 'X-B': '__proto__', 'X-C': 'user.constructor.name' }
    expect(headersOf(names, accessToken({ user: {} }))).toEqual([])
  })
})

describe('the value of an identity header', () => {
  test.each<[unknown, string]>([
    ['plain', 'plain'],
    ['with spaces within', 'with spaces within'],
    ['', ''],
    [0, '0'],
    [42, '42'],
    [-7, '-7'],
    [1.5, '1.5'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [true, 'true'],
    [false, 'false'],
    [null, 'null'],
    [['a', 'b'], 'a b'],
    [['a'], 'a'],
    [[], ''],
    [['a b', 'c'], '["a b","c"]'],
    [[1, 2], '[1,2]'],
    [['a', 1], '["a",1]'],
    [[['a']], '[["a"]]'],
    [{ id: 7, name: 'x y' }, '{"id":7,"name":"x y"}'],
    [{}, '{}'],
  ])('%j is %j', (claim, value) => {
    expect(valueFor(claim)).toBe(value)
  })

  test.each(['café', 'Żółć', '名前', 'a 😀 b', '\u00a3', 'İı'])('%s goes as its UTF-8 bytes', (claim) => {
    const value = valueFor(claim) ?? ''
    expect(value).toMatch(/^[\x20-\xff]*$/)
    expect(Buffer.from(value, 'latin1').toString('utf8')).toBe(claim)
  })

  test('texts within arrays and objects go as UTF-8 bytes too', () => {
    expect(valueFor(['é', 'ü'])).toBe('\xc3\xa9 \xc3\xbc')
    expect(valueFor({ name: 'é' })).toBe('{"name":"\xc3\xa9"}')
  })

  test.each([
    'a\r\nX-User-Id: admin',
    'a\nb',
    'a\rb',
    'a\0b',
    'a\tb',
    'a\x7f',
    'a\x85b',
    '\u009f',
    ' a',
    'a ',
    '\u00a0a',
    'a\u2003',
    '\ufeffa',
    ' ',
  ])('%j cannot stand in a header, which is not written', (claim) => {
    expect(valueFor(claim)).toBeUndefined()
  })

  test.each(['a\nb', 'a\r\nX-User-Id: admin', '\0', 'a\x7f', 'a\x85'])(
    '%j in an array writes no control character either',
    (element) => {
      expect(valueFor([element, 'b']) ?? '').not.toMatch(/[\x00-\x1f\x7f-\x9f]/)
    },
  )

  test.each([2 ** 53, -(2 ** 53), 1e300])('%d is no safe integer, and is not written', (claim) => {
    expect(valueFor(claim)).toBeUndefined()
  })

  test('control characters within JSON are escaped, and stay', () => {
    expect(valueFor({ name: 'a\nb' })).toBe('{"name":"a\\nb"}')
  })
})

describe('scope and client_id', () => {
  const mapping = { 'X-User-Scopes': 'scope', 'X-Client-Id': 'client_id' }

  it('are found where this issuer keeps them', () => {
    const held = accessToken({}, { scopes: new Set(['read', 'write']), clientId: 'app1' })
    expect(headersOf(mapping, held)).toEqual(['X-User-Scopes', 'read write', 'X-Client-Id', 'app1'])
  })

  it('show what was decided on, never the raw claims of these names (security)', () => {
    const raw = { scope: 'admin', client_id: 'other', permissions: 'read', azp: 'app1' }
    const held = accessToken(raw, { scopes: new Set(['read']), clientId: 'app1' })
    expect(headersOf(mapping, held)).toEqual(['X-User-Scopes', 'read', 'X-Client-Id', 'app1'])
  })

  it('show nothing of raw claims when the decision found none (security)', () => {
    const held = accessToken({ scope: 'admin', client_id: 'other' })
    expect(headersOf(mapping, held)).toEqual(['X-User-Scopes', ''])
  })

  it('say of scopes only what the grammar allows', () => {
    const held = accessToken({ scope: 'read "x"' }, { scopes: new Set(['read']) })
    expect(headersOf(mapping, held)).toEqual(['X-User-Scopes', 'read'])
  })

  it('are not written when there are none', () => {
    expect(headersOf(mapping, accessToken({}))).toEqual([])
  })
})

describe('a claim that cannot stand in a header', () => {
  function listen(mapping: Record<string, string>) {
    const omitted: string[] = []
    const identity = createIdentity(entries(mapping), 'client', ({ header, claim }) =>
      omitted.push(`${header} ${claim}`),
    )
    return { omitted, headersFor: (held: AccessToken) => identity(held, []) }
  }

  it('is heard of once per token', () => {
    const { omitted, headersFor } = listen({ 'X-Name': 'name' })
    const first = accessToken({ name: 'a\nb' })
    headersFor(first)
    headersFor(first)
    expect(omitted).toEqual(['X-Name name'])
    headersFor(accessToken({ name: 'a\nb' }))
    expect(omitted).toEqual(['X-Name name', 'X-Name name'])
  })

  it('is heard of once per token too when there are two of them', () => {
    const { omitted, headersFor } = listen({ 'X-A': 'a', 'X-B': 'b' })
    const held = accessToken({ a: 'x\n', b: 'y\n' })
    headersFor(held)
    headersFor(held)
    expect(omitted).toHaveLength(1)
  })

  it('leaves the other headers', () => {
    expect(headersOf({ 'X-A': 'a', 'X-B': 'b' }, accessToken({ a: 'x\n', b: 'y' }))).toEqual(['X-B', 'y'])
  })

  it('is not the one that is missing', () => {
    const { omitted, headersFor } = listen({ 'X-Name': 'name' })
    headersFor(accessToken({}))
    expect(omitted).toEqual([])
  })
})

describe('the sub of a machine', () => {
  const mapping = { 'X-User-Id': 'sub', 'X-Client-Id': 'client_id' }
  const machine = accessToken({ sub: 'app1' }, { subject: 'app1', clientId: 'app1' })
  const told = (machines: 'client' | 'user', held: AccessToken) => {
    const headers: string[] = []
    createIdentity(entries(mapping), machines)(held, headers)
    return headers
  }

  it('is told as its client alone', () => {
    expect(told('client', machine)).toEqual(['X-Client-Id', 'app1'])
  })
  it('is told as a user too where the file says so (identity.machines)', () => {
    expect(told('user', machine)).toEqual(['X-User-Id', 'app1', 'X-Client-Id', 'app1'])
  })
  it('is told by the claim sub, not by any that only has its value', () => {
    const user = accessToken({ sub: 'user1' }, { subject: 'user1', clientId: 'app1' })
    expect(told('client', user)).toEqual(['X-User-Id', 'user1', 'X-Client-Id', 'app1'])
  })
})
