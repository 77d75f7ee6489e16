import { expect, onTestFinished } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { createTestIssuer, type TestIssuer } from '../../support/issuer.ts'
import { call, createStage, guarding, resource, type Stage } from '../../support/stage.ts'
import { always, ok, startUpstream } from '../../support/upstream.ts'
import { stopClock } from './clock.ts'
import { startHeld } from './held.ts'
import type { Scenario } from './vector.ts'

const guarded = guarding('/admin/**: admin')
const path = '/admin/users'
const admin = { scope: 'admin' }

/** Where keys come from, and what becomes of those that are there. */
export const keyScenarios: Readonly<Record<string, Scenario>> = {
  async 'K-01'() {
    const stage = await createStage(guarded)
    const startedMs = performance.now()
    expect(await statusWith(stage, admin)).toBe(200)
    const flood = Array.from({ length: 500 }, () => unknownKey(stage))
    expect(await statusWith(stage, { ...admin, sub: 'user2' })).toBe(200)
    expect(new Set(await Promise.all(flood))).toEqual(new Set([401]))
    const seconds = (performance.now() - startedMs) / 1000
    expect(stage.issuer.counts.jwks).toBeLessThanOrEqual(1 + Math.ceil(seconds / 2))
  },

  async 'K-03'() {
    const issuer = await createTestIssuer()
    onTestFinished(() => issuer.close())
    const keys = await startHeld(JSON.stringify(issuer.jwks))
    const stage = await createStage(
      guarded.replace('url: ISSUER', `url: "${issuer.url}", jwksUri: "${keys.url}"`),
    )
    const token = await issuer.sign(issuer.claims(resource, admin))
    const calls = Array.from({ length: 500 }, () => stage.call(path, { token }))
    keys.release()
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(keys.requests()).toBe(1)
  },

  'K-05': () => keepsKeysWhen((issuer) => Object.assign(issuer, { fault: 'error' })),
  'K-07': () => keepsKeysWhen((issuer) => Object.assign(issuer, { fault: 'endless' })),
  'K-09': async () => {
    const spoilers = [
      { fault: 'broken' },
      { jwks: [] },
      { jwks: { keys: 'none' } },
      { jwks: { keys: [null, { kty: 1 }, { kty: 'EC', crv: 'P-384', x: 1, y: [], kid: {} }] } },
    ]
    for (const spoiler of spoilers) await keepsKeysWhen((issuer) => Object.assign(issuer, spoiler))
  },
  'K-19': () => keepsKeysWhen((issuer) => Object.assign(issuer, { fault: 'compressed' })),

  async 'K-11'() {
    const stage = await createStage(guarded)
    const evil = await startUpstream(always('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'))
    onTestFinished(() => evil.stop())
    const token = await stage.token({ ...admin, iss: evil.url })
    expect((await stage.call(path, { token })).problem.code).toBe('invalid_token')
    expect(evil.connections).toBe(0)
  },

  async 'K-13'() {
    const issuer = await createTestIssuer()
    const elsewhere = await createTestIssuer()
    onTestFinished(async () => void (await Promise.all([issuer.close(), elsewhere.close()])))
    issuer.metadata = { jwks_uri: `${elsewhere.url}/jwks` }
    const token = await elsewhere.sign({ ...elsewhere.claims(resource, admin), iss: issuer.url })
    expect(await statusAt(guarded.replace('url: ISSUER', `url: "${issuer.url}"`), token)).toBe(503)
    expect(elsewhere.counts.jwks).toBe(0)
    const allowed = `url: "${issuer.url}", jwksUri: "${elsewhere.url}/jwks"`
    expect(await statusAt(guarded.replace('url: ISSUER', allowed), token)).toBe(200)
  },

  async 'K-15'() {
    const clock = stopClock()
    const stage = await createStage(guarded)
    expect(await statusWith(stage, admin)).toBe(200)
    const old = stage.issuer.key
    await stage.issuer.rotate()
    stage.issuer.jwks.keys.push(old.publicJwk)
    clock.passCooldown()
    expect(await statusWith(stage, admin)).toBe(200)
    const overlapping = await stage.issuer.sign(stage.issuer.claims(resource, admin), { key: old })
    expect((await stage.call(path, { token: overlapping })).status).toBe(200)
    expect(stage.issuer.counts.jwks).toBe(2)
  },
}

async function statusWith(stage: Stage, claims: Record<string, unknown>): Promise<number> {
  return (await stage.call(path, { token: await stage.token(claims) })).status
}

async function unknownKey(stage: Stage): Promise<number> {
  const claims = stage.issuer.claims(resource, admin)
  const token = await stage.issuer.sign(claims, { header: { kid: crypto.randomUUID() } })
  return (await stage.call(path, { token })).status
}

/**
 * Keys that were good once stay when the issuer has none any more; those that it may have are not made up.
 */
async function keepsKeysWhen(spoil: (issuer: TestIssuer) => void): Promise<void> {
  const clock = stopClock()
  const stage = await createStage(guarded)
  expect(await statusWith(stage, admin)).toBe(200)
  spoil(stage.issuer)
  clock.passCooldown()
  expect([401, 503]).toContain(await unknownKey(stage))
  expect(await statusWith(stage, admin)).toBe(200)
}

/** The response of a gateway of its own. */
async function statusAt(yaml: string, token: string): Promise<number> {
  const upstream = await startUpstream(always(ok))
  onTestFinished(() => upstream.stop())
  const gateway = await startGateway(yaml.replace('UPSTREAM', upstream.url))
  onTestFinished(() => gateway.stop())
  return (await call(gateway.port, path, { token })).status
}
