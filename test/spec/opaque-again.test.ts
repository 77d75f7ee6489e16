import { describe, expect, onTestFinished, test } from 'vitest'
import { signIn } from '../../src/dev/demo/sign-in.ts'
import { exampleResource } from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { createKeySet } from '../../src/issuer/key-set.ts'
import { createTokenCache } from '../../src/token/cache.ts'
import { createCutOffs } from '../../src/token/cut-offs.ts'
import { createFairQueue } from '../../src/token/fair-queue.ts'
import { createIssuerLine } from '../../src/token/opaque/issuer-line.ts'
import type { OpaqueOptions } from '../../src/token/opaque/options.ts'
import { createVerifier } from '../../src/token/verifier.ts'
import { introspection, token } from '../support/opaque.ts'
import { issuerOptions, recordingLog, tokenOptions } from '../support/verifier.ts'

const tenMinutes = 600_000
const client = { id: 'gateway', secret: 'gateway-secret-of-the-demo' }

/** A verifier that asks a stand-in, at whatever time a test says. */
async function createStage(mode: OpaqueOptions['mode']) {
  const logto = await startStandInLogto()
  onTestFinished(() => logto.close())
  const issuer = issuerOptions(logto.issuer)
  const log = recordingLog()
  const cache = createTokenCache({ maxEntries: 100 })
  const onKeysLeft = (thumbprints: readonly string[]) => thumbprints.forEach(cache.removeKey)
  const keySet = createKeySet({ issuer, log, onKeysLeft })
  onTestFinished(() => keySet.close())
  const exchange = {
    personalAccessTokens: true,
    resource: exampleResource,
    scopes: ['read'],
    clients: ['chatgpt'],
  }
  const options: OpaqueOptions = mode === 'userinfo' ? { mode } : { mode, client, ...exchange }
  const verifier = createVerifier({
    issuer,
    audience: { values: [exampleResource] },
    tokens: tokenOptions,
    keySet,
    cache,
    queue: createFairQueue(),
    cutOffs: createCutOffs(() => tokenOptions),
    opaque: { options, line: createIssuerLine({ issuer, inFlight: 8, log }) },
  })
  const text = (await signIn(logto, { username: 'alice', password: 'alice-password', scope: 'openid' }))
    .access_token
  const startMs = Date.now()
  const verify = async (afterMs: number) => verifier.verify(text, startMs + afterMs)
  return { logto, keySet, verify, before: { ...logto.calls } }
}

const since = (logto: StandInLogto, before: Record<string, number>, path: string) =>
  (logto.calls[path] ?? 0) - (before[path] ?? 0)

describe('after ten minutes', () => {
  test('a token is introspected again and not exchanged again: each exchange leaves a row in Logto', async () => {
    const { logto, verify, before } = await createStage('exchange')
    expect(await verify(0)).toMatchObject({ cache: 'miss', token: { kind: 'exchanged' } })
    expect(await verify(tenMinutes - 1000)).toMatchObject({ cache: 'hit' })
    expect(await verify(tenMinutes)).toMatchObject({
      cache: 'miss',
      token: { kind: 'exchanged', clientId: 'chatgpt' },
    })
    expect(await verify(tenMinutes + 1000)).toMatchObject({ cache: 'hit' })
    expect(since(logto, before, introspection)).toBe(2)
    expect(since(logto, before, token)).toBe(1)
  })

  test.each(['introspect', 'userinfo', 'exchange'] as const)(
    'a suspended user is let in no more with %s',
    async (mode) => {
      const { logto, verify } = await createStage(mode)
      expect(await verify(0)).toMatchObject({ verified: true })
      for (const user of logto.data.users) user.isSuspended = true
      expect(await verify(tenMinutes - 1000)).toMatchObject({ cache: 'hit' })
      expect(await verify(tenMinutes)).toMatchObject({ verified: false, code: 'invalid_token' })
    },
  )

  test('an outage is 503, and costs no second exchange afterwards', async () => {
    const { logto, verify, before } = await createStage('exchange')
    await verify(0)
    Object.assign(logto.faults, { path: introspection, status: 500 })
    expect(await verify(tenMinutes)).toMatchObject({ code: 'issuer_unavailable' })
    Object.assign(logto.faults, { status: undefined })
    expect(await verify(tenMinutes)).toMatchObject({ verified: true })
    expect(since(logto, before, token)).toBe(1)
  })
})

test('a refused token is asked about again after ten seconds', async () => {
  const { logto, verify, before } = await createStage('exchange')
  for (const user of logto.data.users) user.isSuspended = true
  expect(await verify(0)).toMatchObject({ code: 'invalid_token' })
  for (const user of logto.data.users) user.isSuspended = false
  expect(await verify(9999)).toMatchObject({ code: 'invalid_token' })
  expect(await verify(10_000)).toMatchObject({ verified: true })
  expect(since(logto, before, introspection)).toBe(2)
})

test('a key that leaves the set takes the tokens along that were exchanged for a JWT of it', async () => {
  const { logto, keySet, verify, before } = await createStage('exchange')
  await verify(0)
  await logto.rotateKeys()
  await logto.rotateKeys()
  keySet.refresh()
  await expect.poll(() => keySet.generation(), { timeout: 5000 }).toBe(1)
  expect(await verify(1000)).toMatchObject({ cache: 'miss', verified: true })
  expect(since(logto, before, token)).toBe(2)
})
