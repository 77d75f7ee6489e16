import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createCertificate } from '../support/certificate.ts'
import { startGateway } from '../support/gateway.ts'
import { createTestIssuer } from '../support/issuer.ts'
import { temporaryFolder } from '../support/process.ts'
import { createTestProxy } from '../support/proxy.ts'
import { call, createStage, guarding, resource, type Stage } from '../support/stage.ts'

/** The usual stage, with these keys of the issuer, and these of the API. */
const configured = (issuer: string, api = '') =>
  guarding('/me: read')
    .replace('url: ISSUER', `url: ISSUER, ${issuer}`)
    .replace('upstream: UPSTREAM', `upstream: UPSTREAM\n    ${api}`)

async function statusOf(
  stage: Stage,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<number> {
  const token = await stage.issuer.sign(stage.issuer.claims(resource, claims), { header })
  return (await stage.call('/me', { token })).status
}

describe('an issuer whose access tokens are of type JWT', () => {
  test('has ID tokens refused where the resource is a client id (security)', async () => {
    const yaml = configured('tokenTypes: [JWT, none]').replace(`resource: ${resource}`, 'resource: app1')
    const stage = await createStage(yaml)
    const idToken = { aud: 'app1', client_id: undefined, jti: undefined, scope: undefined }
    for (const typ of ['JWT', undefined]) {
      const token = await stage.issuer.sign(stage.issuer.claims('app1', idToken), { header: { typ } })
      const { status, problem } = await stage.call('/me', { token })
      expect(status).toBe(401)
      expect(problem.detail).toMatch(/ID token.*issuer\.accessToken/)
    }
  })

  test('says by a claim which they are, whatever else a guess would say', async () => {
    const stage = await createStage(
      configured('tokenTypes: [JWT, none], accessToken: { where: { token_use: access } }'),
    )
    expect(await statusOf(stage, { token_use: 'access', nonce: 'n' }, { typ: 'JWT' })).toBe(200)
    expect(await statusOf(stage, { token_use: 'id' }, { typ: 'JWT' })).toBe(401)
    expect(await statusOf(stage, {}, { typ: undefined })).toBe(401)
  })

  test('may leave aud out for clients that the API names', async () => {
    const stage = await createStage(
      configured(
        'tokenTypes: [none], accessToken: { where: { token_use: access } }',
        'audience: { clients: [app1] }',
      ),
    )
    const bare = { token_use: 'access', aud: undefined }
    expect(await statusOf(stage, bare, { typ: undefined })).toBe(200)
    expect(await statusOf(stage, { ...bare, client_id: 'app2' }, { typ: undefined })).toBe(401)
    expect(await statusOf(stage, { ...bare, aud: 'https://other.test/' }, { typ: undefined })).toBe(401)
  })
})

test('an API may have another audience than its resource', async () => {
  const stage = await createStage(configured('algorithms: [ES384]', 'audience: [api://one, api://two]'))
  expect(await statusOf(stage, { aud: 'api://two' })).toBe(200)
  expect(await statusOf(stage, { aud: resource })).toBe(401)
})

test('an issuer may have several names, each exact', async () => {
  const stage = await createStage(configured('also: [https://custom.test/oidc]'))
  expect(await statusOf(stage, {})).toBe(200)
  expect(await statusOf(stage, { iss: 'https://custom.test/oidc' })).toBe(200)
  expect(await statusOf(stage, { iss: 'https://custom.test/oidc/' })).toBe(401)
})

test('scopes may stand in several claims, nested ones too', async () => {
  const stage = await createStage(
    guarding('/me: read admin').replace('url: ISSUER', 'url: ISSUER, claims: { scope: [scp, realm.roles] }'),
  )
  expect(await statusOf(stage, { scp: ['read'], realm: { roles: ['admin'] } })).toBe(200)
  expect(stage.upstreamHeader('X-User-Scopes')).toBe('read admin')
  expect(await statusOf(stage, { scp: ['read'], scope: 'read admin' })).toBe(403)
})

test('an issuer behind a proxy, with the certificate of a company, is reached and told who asks', async () => {
  const folder = temporaryFolder()
  const { cert, key } = createCertificate(folder, 'company')
  const issuer = await createTestIssuer()
  onTestFinished(() => issuer.close())
  const agents: (string | undefined)[] = []
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
    agents.push(request.headers['user-agent'])
    response.end(JSON.stringify(issuer.jwks))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  const proxy = await createTestProxy({ leadsTo: port })
  onTestFinished(() => proxy.close())
  const keys = `jwksUri: "https://localhost/jwks", proxy: "${proxy.url}", tls: { ca: "${cert}" }`
  const gateway = await startGateway(
    configured(keys).replace('ISSUER', issuer.url).replace('UPSTREAM', 'http://127.0.0.1:9'),
  )
  onTestFinished(() => gateway.stop())
  const token = await issuer.sign(issuer.claims(resource, { scope: '' }))
  expect((await call(gateway.port, '/me', { token })).status).toBe(403)
  expect(proxy.asked).toEqual(['CONNECT localhost:443'])
  expect(agents).toEqual([expect.stringMatching(/^scopegate\/\d+\.\d+\.\d+/)])
})
