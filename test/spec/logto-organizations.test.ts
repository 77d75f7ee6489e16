import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { requestToken, type SignInRefused, signIn, type TokenResponse } from '../../src/dev/demo/sign-in.ts'
import { exampleResource } from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'

// alice is an editor in one organization and nothing in the other; her own role grants `read`.

const [alice, bob] = ['7q6j4duell21', 'k2m8x0trv5ob']

let logto: StandInLogto
beforeEach(async () => {
  logto = await startStandInLogto()
  const { data } = logto
  data.organizationScopes = [{ name: 'edit:docs' }, { name: 'delete:docs' }]
  data.organizationRoles = [
    { name: 'Editor', scopes: ['edit:docs'], permissions: { [exampleResource]: ['write'] } },
    { name: 'Robot', type: 'MachineToMachine', scopes: ['edit:docs'], permissions: {} },
  ]
  data.organizations = [
    { id: 'org-one', name: 'One', members: { [alice]: ['Editor'] }, machines: { 'nightly-job': ['Robot'] } },
    { id: 'org-two', name: 'Two', members: { [alice]: [] } },
  ]
  return () => logto.close()
})

const organizations = 'urn:logto:resource:organizations'

async function signInToOrganizations(scope = 'urn:logto:scope:organizations edit:docs read write') {
  const { refresh_token = '' } = await signIn(logto, {
    ...{ username: 'alice', password: 'alice-password', prompt: 'consent' },
    scope: `openid offline_access ${scope}`,
    resource: [exampleResource, organizations],
  })
  return refresh_token
}

const refresh = (refresh_token: string, more: Record<string, string>): Promise<TokenResponse> =>
  requestToken(logto, 'chatgpt', { grant_type: 'refresh_token', refresh_token, ...more })

async function refusalOf(attempt: Promise<unknown>): Promise<Pick<SignInRefused, 'status' | 'body'>> {
  const { status, body } = (await attempt.catch((error: unknown) => error)) as SignInRefused
  return { status, body }
}

describe('a token asked with organization_id', () => {
  test('alone is for the organization, and holds its scopes', async () => {
    const { access_token } = await refresh(await signInToOrganizations(), { organization_id: 'org-one' })
    const claims = decodeJwt(access_token)
    expect(claims).toMatchObject({ sub: alice, scope: 'edit:docs', aud: 'urn:logto:organization:org-one' })
    expect(claims).not.toHaveProperty('organization_id')
  })

  test('and a resource is for the resource, and holds the permissions of that organization alone', async () => {
    const refreshToken = await signInToOrganizations()
    const ask = async (organization_id: string) =>
      decodeJwt((await refresh(refreshToken, { organization_id, resource: exampleResource })).access_token)
    expect(await ask('org-one')).toMatchObject({
      ...{ organization_id: 'org-one', scope: 'write', aud: exampleResource, client_id: 'chatgpt' },
    })
    expect(await ask('org-two')).toMatchObject({ organization_id: 'org-two', scope: '' })
  })

  test('of which one is no member is refused: 403 access_denied', async () => {
    const refreshToken = await signInToOrganizations()
    expect(await refusalOf(refresh(refreshToken, { organization_id: 'org-none' }))).toMatchObject({
      status: 403,
      body: { code: 'oidc.access_denied', error: 'access_denied' },
    })
  })

  test('is refused where the sign-in did not ask for organizations: 403', async () => {
    const refreshToken = await signInToOrganizations('read')
    expect(await refusalOf(refresh(refreshToken, { organization_id: 'org-one' }))).toMatchObject({
      status: 403,
    })
  })

  test('of a machine holds the scopes that it asks for, and says so when it holds none', async () => {
    const ask = (organization_id: string, more: Record<string, string> = {}) =>
      requestToken(logto, 'nightly-job', { grant_type: 'client_credentials', organization_id, ...more })
    const { access_token } = await ask('org-one', { scope: 'edit:docs delete:docs' })
    expect(decodeJwt(access_token)).toMatchObject({
      ...{ sub: 'nightly-job', scope: 'edit:docs', aud: 'urn:logto:organization:org-one' },
    })
    expect(decodeJwt((await ask('org-one')).access_token)).toHaveProperty('scope', '')
    expect(await refusalOf(ask('org-two'))).toMatchObject({
      status: 403,
      body: {
        error: 'access_denied',
        error_description: 'app has not associated with the organization',
      },
    })
  })
})

describe('a token asked without organization_id', () => {
  test('holds what its user may do in any organization', async () => {
    const { access_token } = await signIn(logto, {
      ...{ username: 'alice', password: 'alice-password', scope: 'read write' },
    })
    expect(decodeJwt(access_token)).toMatchObject({ scope: 'read write' })
    expect(decodeJwt(access_token)).not.toHaveProperty('organization_id')
  })

  test('ignores organization_id at the exchange of a code', async () => {
    const members = logto.data.organizations?.map((one) => one.members)
    expect(members?.some((one) => one[bob] !== undefined)).toBe(false)
    const { access_token } = await signIn(logto, {
      ...{ username: 'alice', password: 'alice-password', scope: 'read write' },
      tokenParameters: { organization_id: 'org-none' },
    })
    expect(decodeJwt(access_token)).toMatchObject({ scope: 'read write' })
  })
})

describe('organizations in the Management API', () => {
  const call = async (method: string, path: string, body?: unknown) => {
    const reply = await logto.management.call(method, path, body)
    expect(reply.status).toBeLessThan(300)
    return Object(reply.body)
  }

  test('give a user what the role there grants', async () => {
    const { id } = await call('POST', 'organizations', { name: 'Three' })
    const scope = await call('POST', 'organization-scopes', { name: 'pay:bills' })
    const made = { name: 'Payer', organizationScopeIds: [scope.id] }
    const role = await call('POST', 'organization-roles', made)
    const resources = await call('GET', 'resources?includeScopes=true')
    const [, write] = resources[0].scopes
    await call('POST', `organization-roles/${role.id}/resource-scopes`, { scopeIds: [write.id] })
    await call('POST', `organizations/${id}/users`, { userIds: [alice] })
    await call('POST', `organizations/${id}/users/${alice}/roles`, { organizationRoleIds: [role.id] })
    const refreshToken = await signInToOrganizations('urn:logto:scope:organizations pay:bills write')
    const ask = async (more: Record<string, string> = {}) =>
      decodeJwt((await refresh(refreshToken, { organization_id: id, ...more })).access_token)
    expect(await ask()).toMatchObject({ scope: 'pay:bills', aud: `urn:logto:organization:${id}` })
    expect(await ask({ resource: exampleResource })).toMatchObject({ scope: 'write', organization_id: id })
    await call('DELETE', `organizations/${id}/users/${alice}/roles/${role.id}`)
    expect(await ask()).toMatchObject({ scope: '' })
    await call('DELETE', `organizations/${id}/users/${alice}`)
    expect(await refusalOf(refresh(refreshToken, { organization_id: id }))).toMatchObject({ status: 403 })
  })

  test('list members with their roles, and organizations of a user', async () => {
    expect(await call('GET', 'organizations/org-one/users')).toMatchObject([
      { id: alice, organizationRoles: [{ name: 'Editor' }] },
    ])
    expect(await call('GET', `users/${alice}/organizations`)).toMatchObject([
      { id: 'org-one', organizationRoles: [{ name: 'Editor' }] },
      { id: 'org-two', organizationRoles: [] },
    ])
  })

  test('refuse roles of who is no member', async () => {
    const path = `organizations/org-one/users/${bob}/roles`
    expect(await logto.management.call('GET', path)).toMatchObject({
      status: 422,
      body: { code: 'organization.require_membership' },
    })
  })
})
