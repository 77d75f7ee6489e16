import { describe, expect, onTestFinished, test } from 'vitest'
import { managementAccount, managementResource } from '../../../src/dev/logto/data.ts'
import { Meters } from '../../../src/log/meters.ts'
import { createProfiles } from '../../../src/logto/profile.ts'
import { accessToken } from '../../support/access-token.ts'
import { keepLog } from '../../support/kept-log.ts'
import { alice, startProfileParts } from '../../support/profile.ts'

async function start() {
  const { front, logto } = await startProfileParts()
  const log = keepLog()
  const failures = new Meters(10).counter('scopegate_issuer_failures_total', logto.issuer)
  const profiles = createProfiles(
    {
      issuer: logto.issuer,
      connection: {},
      headers: [{ header: 'X-Email', claim: 'primaryEmail' }],
      logto: { endpoint: front.origin, resource: managementResource, management: managementAccount },
    },
    { log, failures },
  )
  onTestFinished(() => profiles.close())
  const token = accessToken({}, { issuer: logto.issuer, subject: alice, clientId: 'chatgpt' })
  return { front, logto, log, profiles, token, headers: () => profiles.headersFor(token, Date.now()) }
}

const known = ['X-Email', 'alice@example.com']

describe('profiles', () => {
  test('are there without a promise once they are known', async () => {
    const { headers } = await start()
    expect(await headers()).toEqual(known)
    expect(headers()).toEqual(known)
  })

  test('of a subject that is dropped are asked for again, and only if the issuer is theirs', async () => {
    const { front, logto, profiles, headers } = await start()
    await headers()
    profiles.drop('https://other.example/oidc', alice)
    profiles.drop(logto.issuer, 'somebody')
    expect(headers()).toEqual(known)
    profiles.drop(logto.issuer, alice)
    expect(headers()).toBeInstanceOf(Promise)
    profiles.clear()
    await headers()
    expect(front.calls).toHaveLength(3)
  })

  test('of a subject that is dropped while it is looked up are not kept', async () => {
    const { front, logto, profiles, headers } = await start()
    front.hold()
    const before = headers()
    await expect.poll(() => front.held).toBe(1)
    profiles.drop(logto.issuer, alice)
    front.release()
    await before
    expect(headers()).toBeInstanceOf(Promise)
  })

  test('that are closed end the call that is out, tell nothing, and ask nothing more', async () => {
    const { front, log, profiles, headers } = await start()
    front.hold()
    const waiting = headers()
    await expect.poll(() => front.held).toBe(1)
    profiles.close()
    expect(await waiting).toEqual([])
    expect(await headers()).toEqual([])
    expect(front.calls).toHaveLength(1)
    expect(log.lines).toEqual([])
  })
})
