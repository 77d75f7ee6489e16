import { expect, onTestFinished } from 'vitest'
import { createTestIssuer } from '../../support/issuer.ts'
import { createStage, guarding, resource } from '../../support/stage.ts'
import { stopClock } from './clock.ts'
import { startHeld } from './held.ts'
import type { Scenario } from './vector.ts'

const guarded = guarding('/admin/**: admin')
const path = '/admin/users'
const admin = { scope: 'admin' }

/** Nothing that was found for one token or one configuration may serve another. */
export const cacheScenarios: Readonly<Record<string, Scenario>> = {
  async 'C-01'() {
    const clock = stopClock()
    const other = await createTestIssuer()
    onTestFinished(() => other.close())
    const stage = await createStage(`
issuers: { a: { url: ISSUER }, b: { url: "${other.url}" } }
apis:
  a: { issuer: a, path: /a, resource: ${resource}, upstream: UPSTREAM, identity: { headers: { X-Issuer: iss } }, routes: { /a: admin } }
  b: { issuer: b, path: /b, resource: ${resource}, upstream: UPSTREAM, identity: { headers: { X-Issuer: iss } }, routes: { /b: admin } }
`)
    const token = await stage.token(admin)
    expect((await stage.call('/a', { token })).status).toBe(200)
    clock.passCooldown()
    expect((await stage.call('/b', { token })).problem.code).toBe('invalid_token')
  },

  async 'C-03'() {
    const stage = await createStage(guarded)
    const token = await stage.token(admin)
    expect((await stage.call(path, { token })).status).toBe(200)
    const [header, payload, signature] = token.split('.')
    const [, otherPayload] = (await stage.token({ ...admin, sub: 'user2' })).split('.')
    const twins = [
      `${header}.${payload}.${signature?.slice(0, -4)}AAAA`,
      `${header}.${otherPayload}.${signature}`,
    ]
    for (const twin of twins)
      expect((await stage.call(path, { token: twin })).problem.code).toBe('invalid_token')
  },

  async 'C-13'() {
    const issuer = await createTestIssuer()
    onTestFinished(() => issuer.close())
    const keys = await startHeld(JSON.stringify(issuer.jwks))
    const held = `url: "${issuer.url}", jwksUri: "${keys.url}"`
    const stage = await createStage(guarding('/admin/**: admin\n/: public').replace('url: ISSUER', held))
    const token = await issuer.sign(issuer.claims(resource, admin))
    const first = new AbortController()
    const leaving = stage.call(path, { token, signal: first.signal })
    const staying = stage.call(path, { token })
    // Came later, answered at once: the two before it have come in, and wait.
    expect((await stage.call('/')).status).toBe(200)
    first.abort()
    await expect(leaving).rejects.toThrow()
    keys.release()
    expect((await staying).status).toBe(200)
  },

  async 'C-15'() {
    const clock = stopClock()
    const stage = await createStage(guarded)
    expect((await stage.call(path, { token: await stage.token(admin) })).status).toBe(200)
    clock.passCooldown()
    const attacker = await createTestIssuer()
    onTestFinished(() => attacker.close())
    for (const kid of [attacker.key.kid, stage.issuer.key.kid]) {
      const claims = stage.issuer.claims(resource, admin)
      const token = await attacker.sign(claims, { header: { kid } })
      expect((await stage.call(path, { token })).problem.code).toBe('invalid_token')
    }
  },

  async 'C-17'() {
    const clock = stopClock()
    const stage = await createStage(guarded)
    const token = await stage.token(admin)
    expect((await stage.call(path, { token })).status).toBe(200)
    const other = await createTestIssuer()
    onTestFinished(() => other.close())
    await stage.gateway.reload(stage.config(guarded.replace('ISSUER', other.url)))
    await expect.poll(() => other.counts.jwks).toBe(1)
    clock.passCooldown()
    expect((await stage.call(path, { token })).problem.code).toBe('invalid_token')
  },

  async 'C-19'() {
    const stage = await createStage(`
issuer: { url: ISSUER }
apis:
  a: { hosts: [a.test], resource: ${resource}, upstream: UPSTREAM, routes: { ${path}: admin } }
  b: { hosts: [b.test], resource: https://b.test/, upstream: UPSTREAM, routes: { ${path}: admin } }
`)
    const token = await stage.token(admin)
    expect((await stage.call(path, { token, headers: { Host: 'a.test' } })).status).toBe(200)
    expect((await stage.call(path, { token, headers: { Host: 'b.test' } })).problem.code).toBe(
      'invalid_token',
    )
  },
}
