import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, idOf, type Logto, openLogto } from './logto.ts'
import {
  createMade,
  type Made,
  type MadeApplication,
  type MadeResource,
  type MadeUser,
  signInTo,
  tokenOf,
} from './made.ts'

// Facts about organizations: a member, who may write in one of them and nowhere else, and a machine.

let logto: Logto
let made: Made
let resource: MadeResource
let application: MadeApplication
let machine: MadeApplication
let member: MadeUser
let scopeName: string
let first: string
let second: string
beforeAll(async () => {
  logto = await openLogto()
  made = createMade(logto)
  resource = await made.resource('of organizations', 'read', 'write')
  application = await made.application('client of organizations')
  machine = await made.application('machine of organizations', { type: 'MachineToMachine' })
  member = await made.user('member')
  scopeName = `edit:${logto.name('docs').replaceAll(' ', '-')}`
  const scopeId = await make('organization-scopes', { name: scopeName })
  const role = await make('organization-roles', { name: logto.name('editor') })
  const ofMachines = { name: logto.name('robot'), type: 'MachineToMachine' }
  const machineRole = await make('organization-roles', ofMachines)
  for (const id of [role, machineRole])
    await add(`organization-roles/${id}/scopes`, { organizationScopeIds: [scopeId] })
  const scopeIds = [resource.scopeIds['write']]
  await add(`organization-roles/${role}/resource-scopes`, { scopeIds })
  first = await make('organizations', { name: logto.name('first') })
  second = await make('organizations', { name: logto.name('second') })
  for (const id of [first, second]) await add(`organizations/${id}/users`, { userIds: [member.id] })
  await add(`organizations/${first}/users/${member.id}/roles`, { organizationRoleIds: [role] })
  await add(`organizations/${first}/applications`, { applicationIds: [machine.id] })
  const machinePath = `organizations/${first}/applications/${machine.id}/roles`
  await add(machinePath, { organizationRoleIds: [machineRole] })
})

async function make(path: string, body: unknown): Promise<string> {
  const { status, body: answer } = await logto.api('POST', path, body)
  expect(status, path).toBe(201)
  logto.remove(`${path}/${idOf(answer)}`)
  return idOf(answer)
}

async function add(path: string, body: unknown): Promise<void> {
  expect((await logto.api('POST', path, body)).status, path).toBe(201)
}

const organizations = 'urn:logto:resource:organizations'
const ask = () => `openid offline_access urn:logto:scope:organizations ${scopeName} read write`

async function refreshTokenOf(scope = ask()): Promise<string> {
  const { refresh_token = '' } = await signInTo(logto, {
    ...{ user: member, application, scope, more: { prompt: 'consent' } },
    resource: [resource.indicator, organizations],
  })
  return refresh_token
}

const refresh = (refresh_token: string, more: Readonly<Record<string, string>>): Promise<Answer> =>
  tokenOf(logto, application, { grant_type: 'refresh_token', refresh_token, ...more })
const claimsOf = ({ body }: Answer) => decodeJwt(String(Object(body).access_token))

describe('a refresh with organization_id', () => {
  test('alone gives a token for the organization, with its scopes', async () => {
    const claims = claimsOf(await refresh(await refreshTokenOf(), { organization_id: first }))
    expect(claims).toMatchObject({
      ...{ sub: member.id, scope: scopeName, client_id: application.id },
      aud: `urn:logto:organization:${first}`,
    })
    expect(claims).not.toHaveProperty('organization_id')
  })

  test('and a resource gives what one may do in that organization alone', async () => {
    const refreshToken = await refreshTokenOf()
    const claims = async (organization_id: string) =>
      claimsOf(await refresh(refreshToken, { organization_id, resource: resource.indicator }))
    expect(await claims(first)).toMatchObject({
      ...{ organization_id: first, scope: 'write', aud: resource.indicator },
    })
    expect(await claims(second)).toMatchObject({ organization_id: second, scope: '' })
  })

  test('of which one is no member is 403 access_denied', async () => {
    const other = await make('organizations', { name: logto.name('other') })
    expect(await refresh(await refreshTokenOf(), { organization_id: other })).toMatchObject({
      status: 403,
      body: { error: 'access_denied' },
    })
  })

  test('needs the scope of organizations at the sign-in: else 403', async () => {
    const refreshToken = await refreshTokenOf('openid offline_access read')
    expect((await refresh(refreshToken, { organization_id: first })).status).toBe(403)
  })
})

describe('without organization_id', () => {
  test('a token holds what one may do in any organization, and names none', async () => {
    const claims = claimsOf(await refresh(await refreshTokenOf(), { resource: resource.indicator }))
    expect(claims).toMatchObject({ scope: 'write' })
    expect(claims).not.toHaveProperty('organization_id')
  })

  test('so does one for a code, which ignores it', async () => {
    const { access_token } = await signInTo(logto, {
      ...{ user: member, application, scope: 'openid read write', resource: [resource.indicator] },
      atToken: { resource: resource.indicator, organization_id: 'nobody-has-this' },
    })
    expect(decodeJwt(access_token)).toMatchObject({ scope: 'write' })
    expect(decodeJwt(access_token)).not.toHaveProperty('organization_id')
  })
})

describe('a machine', () => {
  const askAs = (organization_id: string, more: Readonly<Record<string, string>> = {}) =>
    tokenOf(logto, machine, { grant_type: 'client_credentials', organization_id, ...more })

  test('gets the scopes that it asks for, and says "scope": "" where it gets none', async () => {
    expect(claimsOf(await askAs(first, { scope: scopeName }))).toMatchObject({
      ...{ sub: machine.id, scope: scopeName, aud: `urn:logto:organization:${first}` },
    })
    expect(claimsOf(await askAs(first))).toHaveProperty('scope', '')
  })

  test('that does not belong to the organization is 403 access_denied', async () => {
    expect(await askAs(second)).toMatchObject({
      status: 403,
      body: {
        code: 'oidc.access_denied',
        message: 'Access denied.',
        error: 'access_denied',
        error_description: 'app has not associated with the organization',
      },
    })
  })
})
