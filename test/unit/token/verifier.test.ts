import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCutOffs } from '../../../src/token/cut-offs.ts'
import { createFairQueue } from '../../../src/token/fair-queue.ts'
import { details } from '../../../src/token/verification.ts'
import { createVerifier } from '../../../src/token/verifier.ts'
import { createTestIssuer, type TestIssuer } from '../../support/issuer.ts'
import {
  createVerifierStage,
  eventually,
  issuerOptions,
  resource,
  tokenOptions,
  type VerifierStage,
} from '../../support/verifier.ts'

let issuer: TestIssuer
let stage: VerifierStage

beforeEach(async () => {
  issuer = await createTestIssuer()
  stage = createVerifierStage({ issuer: issuerOptions(issuer.url) })
  await eventually(() => stage.keySet.status().ready)
})

afterEach(async () => {
  stage.keySet.close()
  await issuer.close()
})

const token = (claims?: Record<string, unknown>) => issuer.sign(issuer.claims(resource, claims))
const now = () => Math.floor(stage.clock.nowMs / 1000)

describe('a token that was verified', () => {
  test('is answered at once from then on, with the same object', async () => {
    const text = await token()
    const first = await stage.verify(text)
    const second = stage.verifier.verify(text, stage.clock.nowMs)
    expect(first).toMatchObject({ verified: true, cache: 'miss' })
    expect(second).toMatchObject({ verified: true, cache: 'hit' })
    expect(stage.verifier.verify(text, stage.clock.nowMs)).toBe(second)
    expect('token' in second && first.verified && second.token === first.token).toBe(true)
  })
  test('expires at exp plus the tolerance, to the millisecond', async () => {
    const exp = now() + 60
    const text = await token({ exp })
    await stage.verify(text)
    expect(stage.verifier.verify(text, exp * 1000 + 4999)).toMatchObject({ cache: 'hit' })
    stage.clock.nowMs = exp * 1000 + 5000
    expect(await stage.outcome(text)).toBe(`invalid_token: ${details.expired}`)
    expect(stage.cache.size).toBe(0)
  })
  test('is verified once however many ask at the same time', async () => {
    const text = await token()
    const flights = Array.from({ length: 50 }, () => stage.verifier.verify(text, stage.clock.nowMs))
    expect(new Set(flights).size).toBe(1)
    await flights[0]
    expect(stage.verifier.verify(text, stage.clock.nowMs)).toMatchObject({ cache: 'hit' })
  })
  test.each([
    { audience: { values: ['https://other.example/'] } },
    { tokens: { ...tokenOptions, maxLifetimeMs: 1000 } },
    { tokens: { ...tokenOptions, clockToleranceMs: 0 } },
    { algorithms: ['RS256'] },
  ])('is no answer under another policy: %j', async ({ algorithms, ...more }) => {
    const text = await token()
    await stage.verify(text)
    const other = createVerifier({
      issuer: issuerOptions(issuer.url, algorithms && { algorithms }),
      audience: { values: [resource] },
      tokens: tokenOptions,
      keySet: stage.keySet,
      cache: stage.cache,
      queue: createFairQueue(),
      cutOffs: createCutOffs(() => tokenOptions),
      ...more,
    })
    expect(await other.verify(text, stage.clock.nowMs)).not.toMatchObject({ cache: 'hit' })
    expect(stage.verifier.verify(text, stage.clock.nowMs)).toMatchObject({ cache: 'hit' })
  })
})

describe('a refusal', () => {
  test('is not kept', async () => {
    const text = await token({ aud: 'x' })
    expect(await stage.outcome(text)).toBe(`invalid_token: ${details.audience}`)
    expect(stage.cache.size).toBe(0)
  })
  test('is shared by those who wait, and asked again afterwards', async () => {
    const text = await token({ aud: 'x' })
    const flight = stage.verifier.verify(text, stage.clock.nowMs)
    expect(stage.verifier.verify(text, stage.clock.nowMs)).toBe(flight)
    await flight
    expect(stage.verifier.verify(text, stage.clock.nowMs)).not.toBe(flight)
  })
})

describe('by its shape alone, at once,', () => {
  const cases: [string, string, keyof typeof details, 'jwt' | 'opaque'][] = [
    ['a token over the limit', 'a'.repeat(8193), 'tooLong', 'jwt'],
    ['five parts', 'eyJh.a.b.c.d', 'encrypted', 'jwt'],
    ['four parts', 'eyJh.a.b.c', 'malformed', 'jwt'],
    ['two parts', 'abc.def', 'malformed', 'jwt'],
    ['an empty part', '.abc.def', 'malformed', 'jwt'],
    ['spare bits', 'eyJh.eyJh.AB', 'malformed', 'jwt'],
    ['an impossible length', 'eyJh.eyJh.A', 'malformed', 'jwt'],
    ['padding', 'eyJh.eyJh.AA==', 'malformed', 'jwt'],
    ['43 characters', 'l8m_c7u_CtrTe5RoPxr_f2AK1ZAAMee3jcUGaKi8bFZ', 'opaqueFromLogto', 'opaque'],
    ['pat_ and 32 characters', `pat_${'x'.repeat(32)}`, 'personalAccessToken', 'opaque'],
    ['pat_ and 39 characters', `pat_${'x'.repeat(39)}`, 'personalAccessToken', 'opaque'],
    ['sub_', `sub_${'x'.repeat(21)}`, 'impersonationToken', 'opaque'],
    ['any other text', 'l8m_c7u_CtrTe5RoPxr', 'notFromLogto', 'opaque'],
    ['undefined', 'undefined', 'placeholder', 'opaque'],
    ['null', 'null', 'placeholder', 'opaque'],
  ]
  test.each(cases)('%s is refused', (_, text, check, tokenKind) => {
    expect(stage.verifier.verify(text, stage.clock.nowMs)).toEqual({
      verified: false,
      code: 'invalid_token',
      detail: details[check],
      tokenKind,
    })
  })
  test.each([
    ['abc.def', 'opaque'],
    ['abc.def.gh!', 'opaque'],
    ['l8m_c7u_CtrTe5RoPxr', 'opaque'],
    ['eyJh.eyJh.AB', 'malformed'],
    [`pat_${'x'.repeat(32)}`, 'opaque'],
    ['undefined', 'placeholder'],
  ] as const)('%s of another issuer is refused as %s', async (text, check) => {
    const other = createVerifierStage({ issuer: issuerOptions(issuer.url, { isLogto: false }) })
    expect(await other.outcome(text)).toBe(`invalid_token: ${details[check]}`)
    other.keySet.close()
  })
  test('an opaque token from Logto is refused with the causes and the mends', () => {
    for (const word of ['openid', 'resource', 'Default API', 'Logto Console']) {
      expect(details.opaqueFromLogto).toContain(word)
    }
  })
})

test('8 KiB of quotes are read in linear time', async () => {
  const quotes = `{"a":"${'\\"'.repeat(2900)}`
  const startedMs = performance.now()
  for (let i = 0; i < 100; i++) await stage.verify(`${Buffer.from(quotes).toString('base64url')}.e30.AAAA`)
  expect(performance.now() - startedMs).toBeLessThan(500)
})
