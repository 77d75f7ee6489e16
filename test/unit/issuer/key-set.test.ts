import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { IssuerOptions } from '../../../src/issuer/options.ts'
import { details } from '../../../src/token/verification.ts'
import { createIssuerKey, createTestIssuer, type Fault, type TestIssuer } from '../../support/issuer.ts'
import {
  createVerifierStage,
  eventually,
  issuerOptions,
  resource,
  type VerifierStage,
} from '../../support/verifier.ts'

let issuer: TestIssuer
let stages: VerifierStage[]

beforeEach(async () => {
  issuer = await createTestIssuer()
  stages = []
})

afterEach(async () => {
  for (const stage of stages) stage.keySet.close()
  await issuer.close()
})

function createStage(more?: Partial<IssuerOptions>): VerifierStage {
  const stage = createVerifierStage({ issuer: issuerOptions(issuer.url, more) })
  stages.push(stage)
  return stage
}

async function createReadyStage(more?: Partial<IssuerOptions>): Promise<VerifierStage> {
  const stage = createStage(more)
  await eventually(() => stage.keySet.status().ready)
  return stage
}

/** The cooldown of two seconds and whatever else time alone decides. */
function pass(stage: VerifierStage, ms: number): void {
  stage.clock.nowMs += ms
}

const token = (claims?: Record<string, unknown>) => issuer.sign(issuer.claims(resource, claims))
const unknownKid = async (kid: string) => issuer.sign(issuer.claims(resource), { header: { kid } })
const unknownDetail = `invalid_token: ${details.keyUnknown}`
const missingDetail = `issuer_unavailable: ${details.keysMissing}`

describe('keys come', () => {
  test('from discovery', async () => {
    const stage = await createReadyStage()
    expect(stage.keySet.status()).toEqual({ issuer: issuer.url, ready: true, keys: 1 })
    expect(issuer.counts).toEqual({ discovery: 1, jwks: 1 })
  })
  test('from jwksUri, without discovery', async () => {
    await createReadyStage({ jwksUri: `${issuer.url}/keys` })
    expect(issuer.counts).toEqual({ discovery: 0, jwks: 1 })
  })
  test('from a file, without any fetch', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jwks-'))
    const jwksFile = join(folder, 'jwks.json')
    await writeFile(jwksFile, JSON.stringify(issuer.jwks))
    const stage = await createReadyStage({ jwksFile })
    expect(await stage.outcome(await token())).toBe('ok')
    expect(issuer.counts).toEqual({ discovery: 0, jwks: 0 })
    await rm(folder, { recursive: true })
  })
  test('after a redirect at the same origin', async () => {
    issuer.fault = 'moved'
    await createReadyStage()
    expect(issuer.counts).toEqual({ discovery: 2, jwks: 2 })
  })
})

test('a byte order mark before metadata and keys is no fault', async () => {
  issuer.fault = 'marked'
  const stage = await createReadyStage()
  expect(await stage.outcome(await token())).toBe('ok')
})

describe('two keys of one kid', () => {
  test('are both tried, and each takes its own tokens along when it leaves', async () => {
    const second = await createIssuerKey('ES384', issuer.key.kid)
    issuer.jwks.keys.push(second.publicJwk)
    const stage = await createReadyStage()
    const texts = [await token(), await issuer.sign(issuer.claims(resource), { key: second })]
    for (const text of texts) expect(await stage.outcome(text)).toBe('ok')
    issuer.jwks = { keys: [second.publicJwk] }
    pass(stage, 2000)
    stage.keySet.refresh()
    await eventually(() => stage.cache.size === 1)
    expect(await stage.verify(texts[1] ?? '')).toMatchObject({ cache: 'hit' })
    expect(await stage.outcome(texts[0] ?? '')).toBe(`invalid_token: ${details.signature}`)
  })
  test('do not make a third pass', async () => {
    const [second, third] = [
      await createIssuerKey('ES384', issuer.key.kid),
      await createIssuerKey('ES384', issuer.key.kid),
    ]
    issuer.jwks.keys.push(second.publicJwk)
    const stage = await createReadyStage()
    const text = await issuer.sign(issuer.claims(resource), { key: third })
    expect(await stage.outcome(text)).toBe(`invalid_token: ${details.signature}`)
  })
})

test('a key without alg verifies every algorithm that fits it', async () => {
  const keys = await Promise.all(['RS256', 'RS512', 'PS384'].map((alg) => createIssuerKey(alg)))
  issuer.jwks = { keys: keys.map(({ publicJwk: { alg: _, ...jwk } }) => jwk) }
  const stage = await createReadyStage()
  for (const key of keys)
    expect(await stage.outcome(await issuer.sign(issuer.claims(resource), { key }))).toBe('ok')
})

describe('keys are not taken', () => {
  const unusable: [string, (jwk: Record<string, unknown>) => Promise<unknown>][] = [
    ['for encryption', async (jwk) => ({ ...jwk, use: 'enc' })],
    ['whose key_ops lack verify', async (jwk) => ({ ...jwk, key_ops: ['encrypt'] })],
    ['whose key_ops are no list', async (jwk) => ({ ...jwk, key_ops: 'verify' })],
    ['that are private', async (jwk) => ({ ...jwk, d: 'AAAA' })],
    ['that are symmetric', async () => ({ kty: 'oct', k: 'AAAA', alg: 'HS256' })],
    ['whose alg does not fit their kind', async (jwk) => ({ ...jwk, alg: 'RS256' })],
    ['of unknown curves', async (jwk) => ({ ...jwk, crv: 'constructor' })],
    ['that do not import', async (jwk) => ({ ...jwk, x: 'AAAA' })],
    ['that are no objects', async () => 'key'],
    [
      'of RSA with 1024 bits',
      async () => ({ kty: 'RSA', e: 'AQAB', n: Buffer.alloc(128, 255).toString('base64url') }),
    ],
    [
      'of RSA with 2040 bits behind a zero byte',
      async () => ({ kty: 'RSA', e: 'AQAB', n: `AA${Buffer.alloc(255, 255).toString('base64url')}` }),
    ],
  ]
  test.each(unusable)('%s', async (_, spoil) => {
    issuer.jwks = { keys: [await spoil({ ...issuer.key.publicJwk })] }
    const stage = createStage()
    await eventually(() => stage.keySet.status().problem?.startsWith('the key set holds no key') === true)
    expect(stage.keySet.status().ready).toBe(false)
  })
})

describe('what an operator is told when', () => {
  const problems: [string, Partial<IssuerOptions>, Record<string, unknown>, Fault | undefined, RegExp][] = [
    [
      'discovery names another issuer',
      {},
      { issuer: 'https://evil.example' },
      undefined,
      /names another issuer/,
    ],
    ['there is no jwks_uri', {}, { jwks_uri: undefined }, undefined, /has no jwks_uri: set issuer.jwksUri/],
    ['jwks_uri is elsewhere', {}, { jwks_uri: 'http://localhost:9/jwks' }, undefined, /at another origin/],
    ['jwks_uri is no URL', {}, { jwks_uri: 'jwks' }, undefined, /at another origin/],
    ['the issuer answers 500', {}, {}, 'error', /answered 500/],
    ['the issuer hangs up', {}, {}, 'refuse', /cannot be fetched: socket hang up/],
    ['the answer is no JSON', {}, {}, 'broken', /did not answer with JSON/],
    ['the answer does not end', {}, {}, 'endless', /sent more than 1 MiB/],
    ['the answer is compressed', {}, {}, 'compressed', /content coding/],
    ['it redirects elsewhere', {}, {}, 'elsewhere', /redirects to another origin/],
    ['it redirects in circles', {}, {}, 'redirect', /redirects more than 3 times/],
    [
      'nobody listens',
      { jwksUri: 'http://127.0.0.1:9/jwks' },
      {},
      undefined,
      /cannot be fetched: connect ECONNREFUSED/,
    ],
    [
      'the file is missing',
      { jwksFile: '/nonexistent/jwks' },
      {},
      undefined,
      /cannot be read \(issuer.jwksFile\)/,
    ],
  ]
  test.each(problems)('%s', async (_, options, metadata, fault, message) => {
    Object.assign(issuer, { metadata, fault })
    const stage = createStage(options)
    await eventually(() => stage.log.lines.length === 1)
    expect(stage.keySet.status().problem).toMatch(message)
    expect(stage.log.lines[0]).toMatchObject({ level: 'warn', fields: { issuer: issuer.url } })
    expect(stage.log.lines[0]?.message).toContain('routes that need a token answer 503')
    expect(await stage.outcome(await token())).toBe(missingDetail)
  })
  test('the issuer says nothing for five seconds', async () => {
    issuer.fault = 'slow'
    const stage = createStage()
    const waiting = stage.outcome(await token())
    expect(await waiting).toBe(missingDetail)
    expect(stage.keySet.status().problem).toMatch(/did not answer within 5 s/)
  })
})

describe('while keys are missing', () => {
  test('a refusal says when to come again, and the next fetch brings the keys', async () => {
    issuer.fault = 'error'
    const stage = createStage()
    await eventually(() => stage.keySet.status().problem?.includes('500') === true)
    issuer.fault = undefined
    pass(stage, 2000)
    expect(await stage.verify(await token())).toMatchObject({
      code: 'issuer_unavailable',
      retryAfterSeconds: 2,
    })
    await eventually(() => stage.keySet.status().ready)
    expect(await stage.outcome(await token())).toBe('ok')
    expect(stage.log.lines.map(({ level }) => level)).toEqual(['warn', 'info'])
  })
  test('a thousand first requests share one fetch', async () => {
    const stage = createStage()
    const text = await token()
    const others = await Promise.all(Array.from({ length: 20 }, () => token()))
    const all = Array.from({ length: 1000 }, (_, i) => others[i] ?? text)
    const outcomes = await Promise.all(all.map(stage.outcome))
    expect(new Set(outcomes)).toEqual(new Set(['ok']))
    expect(issuer.counts).toEqual({ discovery: 1, jwks: 1 })
  })
})

describe('an unknown kid', () => {
  test('of a rotated key is accepted after one refetch', async () => {
    const stage = await createReadyStage()
    await issuer.rotate()
    pass(stage, 2000)
    expect(await stage.outcome(await token())).toBe('ok')
    expect(issuer.counts.jwks).toBe(2)
  })
  test('waits while the cooldown runs', async () => {
    const stage = await createReadyStage()
    await issuer.rotate()
    const startedMs = performance.now()
    pass(stage, 1500)
    expect(await stage.outcome(await token())).toBe('ok')
    expect(performance.now() - startedMs).toBeGreaterThan(450)
  })
  test('that is made up costs one fetch, and nothing for 30 seconds', async () => {
    const stage = await createReadyStage()
    pass(stage, 2000)
    const text = await unknownKid('made-up')
    expect(await stage.outcome(text)).toBe(unknownDetail)
    pass(stage, 29_999)
    expect(await stage.outcome(text)).toBe(unknownDetail)
    expect(issuer.counts.jwks).toBe(2)
    pass(stage, 2)
    expect(await stage.outcome(text)).toBe(unknownDetail)
    expect(issuer.counts.jwks).toBe(3)
  })
  test('in a flood: one fetch for all, at most 1,000 wait, known kids pass', async () => {
    const stage = await createReadyStage()
    pass(stage, 2000)
    const texts = await Promise.all(Array.from({ length: 1100 }, (_, i) => unknownKid(`random-${i}`)))
    const flood = texts.map(stage.outcome)
    expect(await stage.outcome(await token())).toBe('ok')
    const outcomes = await Promise.all(flood)
    expect(outcomes.filter((outcome) => outcome === unknownDetail)).toHaveLength(1000)
    expect(outcomes.filter((outcome) => outcome.startsWith('issuer_unavailable'))).toHaveLength(100)
    expect(issuer.counts.jwks).toBe(2)
  })
  test('is no proof of a bad token while the issuer is down', async () => {
    const stage = await createReadyStage()
    issuer.fault = 'error'
    pass(stage, 2000)
    expect(await stage.outcome(await unknownKid('new'))).toBe(
      `issuer_unavailable: ${details.keysUnreachable}`,
    )
  })
  test('of a thief is refused: unsigned headers cannot bring keys', async () => {
    const stage = await createReadyStage()
    const key = await createIssuerKey('ES384')
    const text = await issuer.sign(issuer.claims(resource), { key, header: { jwk: key.publicJwk } })
    expect(await stage.outcome(text)).toBe(`invalid_token: ${details.headerParameter}`)
  })
})

describe('when a key leaves the set', () => {
  test('its tokens leave the cache, and the others stay', async () => {
    const second = await createIssuerKey('ES384')
    issuer.jwks.keys.push(second.publicJwk)
    const stage = await createReadyStage()
    const [mine, others] = [await token(), await issuer.sign(issuer.claims(resource), { key: second })]
    await stage.verify(mine)
    await stage.verify(others)
    expect(stage.cache.size).toBe(2)
    issuer.jwks = { keys: [second.publicJwk] }
    pass(stage, 2000)
    expect(await stage.outcome(mine)).toBe('ok')
    stage.keySet.refresh()
    await eventually(() => stage.cache.size === 1)
    expect(stage.keySet.generation()).toBe(1)
    expect(await stage.verify(others)).toMatchObject({ cache: 'hit' })
    pass(stage, 2000)
    expect(await stage.outcome(mine)).toBe(unknownDetail)
    expect(stage.log.lines.at(-1)).toMatchObject({ fields: { keys: 1, added: 0, removed: 1 } })
  })
  test('and another comes under its kid, a failed signature brings it', async () => {
    const stage = await createReadyStage()
    const old = issuer.key
    const next = await createIssuerKey('ES384', old.kid)
    issuer.jwks = { keys: [next.publicJwk] }
    pass(stage, 2000)
    const text = await issuer.sign(issuer.claims(resource), { key: next })
    expect(await stage.outcome(text)).toBe(`invalid_token: ${details.signature}`)
    await eventually(() => stage.keySet.generation() === 1)
    expect(await stage.outcome(text)).toBe('ok')
  })
  test('during a verification, its token is not kept', async () => {
    const stage = await createReadyStage()
    const flight = stage.verify(await token())
    stage.keySet.close()
    expect(await flight).toMatchObject({ verified: true })
    expect(stage.cache.size).toBe(0)
  })
  test('because its issuer left the configuration, its tokens leave the cache too', async () => {
    const stage = await createReadyStage()
    await stage.verify(await token())
    stage.keySet.close()
    expect(stage.cache.size).toBe(0)
  })
})

describe('the last good keys', () => {
  test.each<Fault>(['error', 'broken', 'refuse', 'endless'])(
    'survive a fetch that fails: %s',
    async (fault) => {
      const stage = await createReadyStage()
      issuer.fault = fault
      pass(stage, 2000)
      stage.keySet.refresh()
      await eventually(() => stage.keySet.status().problem !== undefined)
      expect(stage.keySet.status().ready).toBe(true)
      expect(await stage.outcome(await token())).toBe('ok')
      expect(stage.log.lines.at(-1)?.message).toContain('the last keys stay in use')
    },
  )
  test.each([{ keys: [] }, { keys: 'x' }, []])('survive a set without keys: %j', async (jwks) => {
    const stage = await createReadyStage()
    Object.assign(issuer, { jwks })
    pass(stage, 2000)
    stage.keySet.refresh()
    await eventually(() => stage.keySet.status().problem !== undefined)
    expect(await stage.outcome(await token())).toBe('ok')
  })
  test('end after 24 hours', async () => {
    const stage = await createReadyStage()
    issuer.fault = 'error'
    pass(stage, 24 * 3_600_000 - 1)
    expect(stage.keySet.status().ready).toBe(true)
    pass(stage, 1)
    expect(stage.keySet.status().ready).toBe(false)
    expect(await stage.outcome(await token())).toBe(missingDetail)
    issuer.fault = undefined
    await eventually(() => stage.keySet.status().problem !== undefined || stage.keySet.status().ready)
    pass(stage, 2000)
    await stage.verify(await token())
    await eventually(() => stage.keySet.status().ready)
  })
})

test('no log line holds a token', async () => {
  const stage = await createReadyStage()
  const text = await token()
  await stage.verify(text)
  await stage.verify(`${text.slice(0, -4)}AAAA`)
  expect(JSON.stringify(stage.log.lines)).not.toContain(text.split('.')[1])
})
