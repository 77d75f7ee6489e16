import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { AccessToken } from '../../../src/token/access-token.ts'
import { type CutOff, createCutOffs } from '../../../src/token/cut-offs.ts'
import { tokenOptions } from '../../support/verifier.ts'

const issuer = 'https://auth.example.com/oidc'
const nowS = () => Math.floor(Date.now() / 1000)

function token(iat: unknown, more: Partial<AccessToken> = {}): AccessToken {
  return {
    kind: 'jwt',
    issuer,
    subject: 'alice',
    clientId: 'app',
    scopes: new Set(),
    expiresAtMs: Date.now() + 60_000,
    ...more,
    claims: { ...(iat !== undefined && { iat }), ...more.claims },
  }
}

const cutOff = (kind: CutOff['kind'], id: string, instantS: number): CutOff => ({
  issuer,
  kind,
  id,
  instantS,
})
const make = () => createCutOffs(() => tokenOptions)

afterEach(() => {
  vi.useRealTimers()
})

describe('cut-offs', () => {
  test('revoke what was issued in that second or before it, and nothing of the next', () => {
    const cutOffs = make()
    const at = nowS() - 100
    cutOffs.add(cutOff('sub', 'alice', at))
    const revoked = (iat: number) => cutOffs.revokes(token(iat))
    expect([at - 1, at, at + 0.001, at + 0.999].map(revoked)).toEqual([true, true, true, true])
    expect([at + 1, at + 1.5].map(revoked)).toEqual([false, false])
  })

  test.each([
    ['sub', 'alice', {}],
    ['client', 'app', {}],
    ['organization', 'org', { claims: { organization_id: 'org' } }],
    ['all', '', {}],
  ] as const)('of a %s are about these tokens alone', (kind, id, more) => {
    const cutOffs = make()
    cutOffs.add(cutOff(kind, id, nowS()))
    const iat = nowS() - 10
    expect(cutOffs.revokes(token(iat, more))).toBe(true)
    const another = { subject: 'bob', clientId: 'other', claims: { organization_id: 'other' } }
    expect(cutOffs.revokes(token(iat, another))).toBe(kind === 'all')
    expect(cutOffs.revokes(token(iat, { ...more, issuer: 'https://other' }))).toBe(false)
  })

  test('take no id for one of another kind', () => {
    const cutOffs = make()
    cutOffs.add(cutOff('client', 'alice', nowS()))
    cutOffs.add(cutOff('organization', 'app', nowS()))
    expect(cutOffs.revokes(token(nowS() - 10, { claims: { organization_id: 'alice' } }))).toBe(false)
  })

  test.each(['__proto__', 'constructor', ''])('keep %j apart from what an object knows', (id) => {
    const cutOffs = make()
    cutOffs.add(cutOff('sub', 'someone', nowS()))
    expect(cutOffs.revokes(token(nowS() - 10, { subject: id, clientId: undefined }))).toBe(false)
    cutOffs.add(cutOff('sub', id, nowS()))
    expect(cutOffs.revokes(token(nowS() - 10, { subject: id }))).toBe(true)
    expect(cutOffs.list()).toContainEqual(cutOff('sub', id, nowS()))
  })

  test('let the latest count of all that a token falls under', () => {
    const cutOffs = make()
    cutOffs.add(cutOff('sub', 'alice', nowS() - 90))
    cutOffs.add(cutOff('client', 'app', nowS() - 30))
    cutOffs.add(cutOff('all', '', nowS() - 60))
    expect(cutOffs.instantFor(token(nowS()))).toBe(nowS() - 30)
    expect(cutOffs.revokes(token(nowS() - 31))).toBe(true)
    expect(cutOffs.revokes(token(nowS() - 29))).toBe(false)
  })

  test('only move forward, and say whether they did', () => {
    const cutOffs = make()
    const at = nowS()
    expect(cutOffs.add(cutOff('sub', 'alice', at))).toBe(true)
    expect(cutOffs.add(cutOff('sub', 'alice', at))).toBe(false)
    expect(cutOffs.add(cutOff('sub', 'alice', at - 50))).toBe(false)
    expect(cutOffs.revokes(token(at - 10))).toBe(true)
    expect(cutOffs.add(cutOff('sub', 'alice', at + 1))).toBe(true)
    expect(cutOffs.size).toBe(1)
  })

  test('revoke whatever does not say when it was issued, as long as there is one of its issuer', () => {
    vi.useFakeTimers()
    const cutOffs = make()
    for (const iat of [undefined, null, '1700000000', {}]) expect(cutOffs.revokes(token(iat))).toBe(false)
    cutOffs.add(cutOff('sub', 'bob', nowS()))
    for (const iat of [undefined, null, '1700000000', {}]) expect(cutOffs.revokes(token(iat))).toBe(true)
    vi.setSystemTime(Date.now() + tokenOptions.maxLifetimeMs + tokenOptions.clockToleranceMs + 61_000)
    expect(cutOffs.revokes(token(undefined))).toBe(false)
  })

  test('are kept for as long as a token from before can live, and dropped after that', () => {
    vi.useFakeTimers()
    const cutOffs = make()
    const at = nowS()
    cutOffs.add(cutOff('sub', 'alice', at))
    const lifeMs = tokenOptions.maxLifetimeMs + tokenOptions.clockToleranceMs
    vi.setSystemTime(at * 1000 + lifeMs)
    expect(cutOffs.list()).toHaveLength(1)
    expect(cutOffs.revokes(token(at))).toBe(true)
    vi.setSystemTime(at * 1000 + lifeMs + 1)
    expect(cutOffs.list()).toEqual([])
    expect(cutOffs.size).toBe(0)
  })

  test('make room by themselves where new ones come in', () => {
    vi.useFakeTimers()
    const cutOffs = make()
    cutOffs.add(cutOff('sub', 'alice', nowS()))
    vi.setSystemTime(Date.now() + 2 * tokenOptions.maxLifetimeMs)
    cutOffs.add(cutOff('sub', 'bob', nowS()))
    expect(cutOffs.size).toBe(1)
  })

  test('are the same whatever their order', () => {
    const now = nowS()
    const kinds = fc.constantFrom<CutOff['kind']>('sub', 'client', 'organization', 'all')
    const one = fc
      .record({ kind: kinds, id: fc.constantFrom('a', 'b'), ageS: fc.integer({ min: 0, max: 20 }) })
      .map(({ kind, id, ageS }) => cutOff(kind, kind === 'all' ? '' : id, now - ageS))
    const tokens = fc
      .record({
        subject: fc.constantFrom('a', 'b', 'c'),
        clientId: fc.constantFrom('a', 'b', undefined),
        ageS: fc.float({ min: 0, max: 20, noNaN: true }),
        org: fc.constantFrom('a', 'b', undefined),
      })
      .map(({ subject, clientId, ageS, org }) =>
        token(now - ageS, { subject, clientId, claims: { organization_id: org } }),
      )
    fc.assert(
      fc.property(fc.array(one), tokens, (all, asked) => {
        const [forth, back] = [make(), make()]
        for (const each of all) forth.add(each)
        for (const each of all.toReversed()) back.add(each)
        const { iat, organization_id } = asked.claims
        const expected = all.some(
          ({ kind, id, instantS }) =>
            Math.floor(Number(iat)) <= instantS &&
            (kind === 'all' ||
              id === { sub: asked.subject, client: asked.clientId, organization: organization_id }[kind]),
        )
        expect(forth.revokes(asked)).toBe(expected)
        expect(back.revokes(asked)).toBe(expected)
      }),
    )
  })
})
