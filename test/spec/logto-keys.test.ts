import { setTimeout as wait } from 'node:timers/promises'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { signIn } from '../../src/dev/demo/sign-in.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'

let logto: StandInLogto
beforeEach(async () => {
  logto = await startStandInLogto()
  return () => logto.close()
})

const path = 'configs/oidc/private-keys'

async function published(): Promise<string[]> {
  const { keys } = (await (await fetch(`${logto.issuer}/jwks`)).json()) as { keys: { kid: string }[] }
  return keys.map(({ kid }) => kid)
}

async function signing(): Promise<string | undefined> {
  const asked = { username: 'alice', password: 'alice-password', scope: 'read' }
  return decodeProtectedHeader((await signIn(logto, asked)).access_token).kid
}

describe('keys in the Management API', () => {
  test('rotate at once', async () => {
    const before = await signing()
    const { status, body } = await logto.management.call('POST', `${path}/rotate`, {
      signingKeyAlgorithm: 'RSA',
    })
    expect([status, body]).toMatchObject([200, [{ signingKeyAlgorithm: 'RSA' }, { id: before }]])
    expect(await signing()).not.toBe(before)
    expect(await published()).toEqual([await signing(), before])
  })

  test('are published before they sign, where there is a grace period', async () => {
    const before = await signing()
    await logto.management.call('POST', `${path}/rotate`, { rotationGracePeriod: 0.3 })
    const [current, next] = await published()
    expect(current).toBe(before)
    expect(await signing()).toBe(before)
    const deadline = Date.now() + 5000
    while ((await signing()) === before && Date.now() < deadline) await wait(20)
    expect(await signing()).toBe(next)
    expect(await published()).toEqual([next, before])
  })

  test('are gone when the one before is deleted', async () => {
    const before = await signing()
    await logto.rotateKeys()
    expect((await logto.management.call('DELETE', `${path}/${before}`)).status).toBe(204)
    expect(await published()).toEqual([await signing()])
    expect((await logto.management.call('DELETE', `${path}/${before}`)).status).toBe(404)
  })
})

describe('secrets of an application', () => {
  const redeem = async (secret: string) => {
    const headers = { authorization: `Basic ${Buffer.from(`nightly-job:${secret}`).toString('base64')}` }
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' })
    const response = await fetch(`${logto.issuer}/token`, { method: 'POST', headers, body })
    return { status: response.status, body: Object(await response.json()) }
  }

  test('are all good, and one that has expired is 400 invalid_request', async () => {
    const made = await logto.management.call('POST', 'applications/nightly-job/secrets', { name: 'second' })
    const { status, body } = await redeem(Object(made.body).value)
    expect([status, decodeJwt(body.access_token).sub]).toEqual([200, 'nightly-job'])
    for (const { secrets = [] } of logto.data.applications)
      for (const secret of secrets) secret.expiresAt = Date.now() - 1
    expect(await redeem(Object(made.body).value)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: 'client secret has expired' },
    })
    expect(await redeem('wrong')).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })
})

describe('a page of a list', () => {
  test('links to others where there is nothing', async () => {
    const form = { grant_type: 'client_credentials', resource: 'https://default.logto.app/api', scope: 'all' }
    const role = { name: 'Logto Management API access', roles: ['Logto Management API access'] }
    Object.assign(logto.data.applications.find(({ id }) => id === 'nightly-job') ?? {}, { roles: role.roles })
    const headers = {
      authorization: `Basic ${Buffer.from('nightly-job:nightly-job-secret-of-the-demo').toString('base64')}`,
    }
    const answer = await fetch(`${logto.issuer}/token`, {
      ...{ method: 'POST', headers, body: new URLSearchParams(form) },
    })
    const authorization = `Bearer ${Object(await answer.json()).access_token}`
    const url = `${logto.origin}/api/roles?page=1&page_size=1`
    const response = await fetch(url, { headers: { authorization } })
    const links = response.headers.get('link')
    expect(links).toContain(`<${logto.origin}/roles?page=2&page_size=1>; rel="next"`)
    expect(response.headers.get('total-number')).toBe('3')
  })
})

// Nobody should try this with a tenant that is needed.
test('the Management API cannot be deleted', async () => {
  const { body } = await logto.management.call('GET', 'resources')
  const list = body as { id: string; indicator: string }[]
  const id = list.find(({ indicator }) => indicator === 'https://default.logto.app/api')?.id
  expect(await logto.management.call('DELETE', `resources/${id}`)).toMatchObject({
    status: 400,
    body: { code: 'resource.cannot_delete_management_api' },
  })
})
