import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { idOf, type Logto, openLogto } from './logto.ts'

// Facts about Logto's tokens and endpoints, with a machine that is made for them.

type Machine = { readonly id: string; readonly secret: string; readonly resource: string }

let logto: Logto
let machine: Machine
beforeAll(async () => {
  logto = await openLogto()
  machine = await makeMachine()
})

/** A resource with read and write, a machine, and a role for it that grants read. */
async function makeMachine(): Promise<Machine> {
  const name = logto.name('machine')
  const resource = `https://${name.replaceAll(' ', '-')}.example/`
  const made = await logto.api('POST', 'resources', { name, indicator: resource, accessTokenTtl: 900 })
  const resourceId = idOf(made.body)
  logto.remove(`resources/${resourceId}`)
  const read = await logto.api('POST', `resources/${resourceId}/scopes`, { name: 'read' })
  await logto.api('POST', `resources/${resourceId}/scopes`, { name: 'write' })
  const role = await logto.api('POST', 'roles', { name, description: 'x', type: 'MachineToMachine' })
  logto.remove(`roles/${idOf(role.body)}`)
  await logto.api('POST', `roles/${idOf(role.body)}/scopes`, { scopeIds: [idOf(read.body)] })
  const application = await logto.api('POST', 'applications', { name, type: 'MachineToMachine' })
  const id = idOf(application.body)
  logto.remove(`applications/${id}`)
  await logto.api('POST', `applications/${id}/roles`, { roleIds: [idOf(role.body)] })
  const secrets = await logto.api('GET', `applications/${id}/secrets`)
  const [{ value = '' } = {}] = secrets.body as { value?: string }[]
  return { id, secret: value, resource }
}

const tokenOf = (fields: Readonly<Record<string, string>>) => logto.token(fields, machine.id, machine.secret)
const post = (path: string, fields: Readonly<Record<string, string>>) =>
  fetch(`${logto.endpoint}/oidc/${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${machine.id}:${machine.secret}`).toString('base64')}` },
    body: new URLSearchParams(fields),
  })

describe('a token of a machine', () => {
  test('is an at+jwt of its own, with the scopes that it asked for and holds', async () => {
    const { status, body } = await tokenOf({ resource: machine.resource, scope: 'read write' })
    expect(status).toBe(200)
    const token = String(Object(body).access_token)
    expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'at+jwt', kid: expect.any(String) })
    expect(decodeJwt(token)).toMatchObject({
      ...{ sub: machine.id, client_id: machine.id, aud: machine.resource, scope: 'read' },
      jti: expect.any(String),
    })
  })

  test('lives as long as the resource says', async () => {
    const { body } = await tokenOf({ resource: machine.resource, scope: 'read' })
    const { iat = 0, exp = 0 } = decodeJwt(String(Object(body).access_token))
    expect(exp - iat).toBe(900)
    expect(Object(body).expires_in).toBe(900)
  })

  test.each([{}, { scope: 'write' }, { scope: 'nobody-knows-this' }])(
    'has no scope claim at all when it asked for nothing that it holds: %j',
    async (asked) => {
      const { status, body } = await tokenOf({ resource: machine.resource, ...asked })
      expect(status).toBe(200)
      expect(decodeJwt(String(Object(body).access_token))).not.toHaveProperty('scope')
    },
  )

  test('is for one resource, compared byte for byte: 400 invalid_target', async () => {
    for (const resource of [machine.resource.slice(0, -1), 'https://nowhere.example/'])
      expect(await tokenOf({ resource, scope: 'read' })).toMatchObject({
        status: 400,
        body: {
          code: 'oidc.invalid_target',
          message: 'Invalid resource indicator.',
          error: 'invalid_target',
          error_description: 'resource indicator is missing, or unknown',
        },
      })
  })

  test('is introspected by nobody, since it is a JWT: 400 unsupported_token_type', async () => {
    const { body } = await tokenOf({ resource: machine.resource, scope: 'read' })
    const response = await post('token/introspection', { token: String(Object(body).access_token) })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'unsupported_token_type' })
  })
})

describe('introspection', () => {
  test('of a token that is none is inactive', async () => {
    const response = await post('token/introspection', { token: 'x'.repeat(43) })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ active: false })
  })

  test('without client authentication is 400 invalid_request', async () => {
    const body = new URLSearchParams({ token: 'x' })
    const response = await fetch(`${logto.endpoint}/oidc/token/introspection`, { method: 'POST', body })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })
})

describe('the endpoints', () => {
  test.each(['openid-configuration', 'oauth-authorization-server'])(
    'publish %s below the issuer',
    async (name) => {
      const response = await fetch(`${logto.endpoint}/oidc/.well-known/${name}`)
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({
        issuer: expect.stringMatching(/\/oidc$/),
        authorization_response_iss_parameter_supported: true,
        code_challenge_methods_supported: ['S256'],
      })
    },
  )

  test.each(['oauth-authorization-server/oidc', 'openid-configuration', 'oauth-protected-resource'])(
    'publish nothing at the root: %s is 404',
    async (name) => {
      expect((await fetch(`${logto.endpoint}/.well-known/${name}`)).status).toBe(404)
    },
  )

  test('want their keys revalidated each time, and answer 304', async () => {
    const first = await fetch(`${logto.endpoint}/oidc/jwks`)
    expect(first.headers.get('cache-control')).toBe('no-cache, max-age=0, must-revalidate')
    const etag = first.headers.get('etag') ?? ''
    expect(etag).not.toBe('')
    // fetch() would ask with no-cache, which no etag satisfies.
    const headers = { 'if-none-match': etag, 'cache-control': 'max-age=0' }
    expect((await fetch(`${logto.endpoint}/oidc/jwks`, { headers })).status).toBe(304)
  })

  test('refuse an opaque token that is none at /oidc/me with 401 invalid_token', async () => {
    const headers = { authorization: `Bearer ${'x'.repeat(43)}` }
    const response = await fetch(`${logto.endpoint}/oidc/me`, { headers })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })
})
