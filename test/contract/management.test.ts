import { beforeAll, describe, expect, test } from 'vitest'
import { idOf, type Logto, openLogto } from './logto.ts'

// Facts about Logto on which `scopegate logto` relies: against the stand-in here, against a real one by
// LOGTO_ENDPOINT, LOGTO_M2M_ID and LOGTO_M2M_SECRET.

let logto: Logto
beforeAll(async () => {
  logto = await openLogto()
})

const uriOf = (name: string) => `https://${name.replaceAll(' ', '-')}.example/`

async function makeResource(what: string) {
  const name = logto.name(what)
  const { body } = await logto.api('POST', 'resources', { name, indicator: uriOf(name) })
  logto.remove(`resources/${idOf(body)}`)
  return { id: idOf(body), name, indicator: uriOf(name) }
}

async function makeScope(resourceId: string, name: string): Promise<string> {
  return idOf((await logto.api('POST', `resources/${resourceId}/scopes`, { name, description: name })).body)
}

async function makeRole(what: string, type = 'User') {
  const name = logto.name(what)
  const { status, body } = await logto.api('POST', 'roles', { name, description: 'x', type })
  logto.remove(`roles/${idOf(body)}`)
  return { id: idOf(body), name, status, body }
}

async function makeApplication(what: string, more: Record<string, unknown> = {}) {
  const oidcClientMetadata = { redirectUris: ['https://app.example/callback'], postLogoutRedirectUris: [] }
  const made = { name: logto.name(what), type: 'Traditional', oidcClientMetadata, ...more }
  const { status, body } = await logto.api('POST', 'applications', made)
  logto.remove(`applications/${idOf(body)}`)
  return { id: idOf(body), status, body }
}

describe('the Management API admits', () => {
  test('nobody without a token: 401 auth.authorization_header_missing', async () => {
    const response = await fetch(`${logto.endpoint}/api/roles`)
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'auth.authorization_header_missing' })
  })

  test('no token without scope=all: 403 auth.forbidden', async () => {
    expect(await logto.api('GET', 'roles', undefined, '')).toMatchObject({
      status: 403,
      body: { code: 'auth.forbidden' },
    })
  })

  test('nobody with a wrong secret: 401 invalid_client', async () => {
    const { status, body } = await logto.token({ resource: logto.managementResource }, undefined, 'wrong')
    expect(status).toBe(401)
    expect(body).toMatchObject({ error: 'invalid_client' })
  })

  test('nobody for an unknown resource: 400 invalid_target', async () => {
    const { status, body } = await logto.token({ resource: 'https://nowhere.example/api', scope: 'all' })
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: 'invalid_target' })
  })
})

describe('an API resource', () => {
  test('is made with 201, once for each indicator', async () => {
    const { name, indicator } = await makeResource('made')
    const again = await logto.api('POST', 'resources', { name, indicator })
    expect(again).toMatchObject({ status: 422, body: { code: 'resource.resource_identifier_in_use' } })
  })

  test('takes a lifetime, and ignores isDefault and what it does not know, with success', async () => {
    const name = logto.name('lifetime')
    const given = { name, indicator: uriOf(name), accessTokenTtl: 900, isDefault: true, nobody: 1 }
    const { status, body } = await logto.api('POST', 'resources', given)
    logto.remove(`resources/${idOf(body)}`)
    expect(status).toBe(201)
    expect(body).toMatchObject({ accessTokenTtl: 900, isDefault: false })
  })

  test('refuses an empty change and one of its indicator alone: 422', async () => {
    const { id } = await makeResource('unchanged')
    for (const body of [{}, { indicator: 'https://other.example/' }])
      expect(await logto.api('PATCH', `resources/${id}`, body)).toMatchObject({
        status: 422,
        body: { code: 'entity.invalid_input' },
      })
  })

  test('ignores its indicator beside another member, with 200', async () => {
    const { id, indicator } = await makeResource('ignored')
    const { status, body } = await logto.api('PATCH', `resources/${id}`, {
      accessTokenTtl: 60,
      indicator: 'https://other.example/',
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ accessTokenTtl: 60, indicator })
  })

  test('is listed with all its permissions, unpaged, by includeScopes', async () => {
    const { id } = await makeResource('many')
    for (let i = 0; i < 25; i++) await makeScope(id, `p${i}`)
    const { body } = await logto.api('GET', 'resources?includeScopes=true')
    const found = (body as { id: string; scopes: unknown[] }[]).find((resource) => resource.id === id)
    expect(found?.scopes).toHaveLength(25)
    const paged = await logto.api('GET', `resources/${id}/scopes`)
    expect(paged.body).toHaveLength(20)
    expect(paged.headers.get('total-number')).toBe('25')
  })

  test('refuses a second permission of a name, and one with a space', async () => {
    const { id } = await makeResource('names')
    await makeScope(id, 'read')
    expect(await logto.api('POST', `resources/${id}/scopes`, { name: 'read' })).toMatchObject({
      status: 422,
      body: { code: 'scope.name_exists' },
    })
    expect(await logto.api('POST', `resources/${id}/scopes`, { name: 're ad' })).toMatchObject({
      status: 400,
      body: { code: 'scope.name_with_space' },
    })
  })
})

describe('a role', () => {
  test('is made with 200, once for each name', async () => {
    const { name, status } = await makeRole('once')
    expect(status).toBe(200)
    const again = await logto.api('POST', 'roles', { name, description: 'x', type: 'MachineToMachine' })
    expect(again).toMatchObject({ status: 422, body: { code: 'role.name_in_use' } })
  })

  test('of users cannot hold the permissions of the Management API', async () => {
    const resources = await logto.api('GET', 'resources?includeScopes=true')
    const list = resources.body as { id: string; indicator: string; scopes: { id: string }[] }[]
    const management = list.find(({ indicator }) => indicator === logto.managementResource)
    const { id } = await makeRole('no admin')
    const scopeIds = [management?.scopes[0]?.id]
    expect(await logto.api('POST', `roles/${id}/scopes`, { scopeIds })).toMatchObject({
      status: 400,
      body: { code: 'role.management_api_scopes_not_assignable_to_user_role' },
    })
  })

  test('that is made with a wrong permission is refused, and there all the same', async () => {
    const name = logto.name('half made')
    const body = { name, description: 'x', type: 'User', scopeIds: ['nobody-has-this-id-00'] }
    expect([400, 404]).toContain((await logto.api('POST', 'roles', body)).status)
    const roles = await logto.api('GET', 'roles?page=1&page_size=100')
    const found = (roles.body as { id: string; name: string }[]).find((role) => role.name === name)
    expect(found).toBeDefined()
    logto.remove(`roles/${found?.id}`)
  })

  test('gets permissions with 201, none twice, and loses them with 204', async () => {
    const resource = await makeResource('granted')
    const scopeId = await makeScope(resource.id, 'read')
    const { id } = await makeRole('granting')
    const path = `roles/${id}/scopes`
    const granted = await logto.api('POST', path, { scopeIds: [scopeId] })
    expect(granted.status).toBe(201)
    expect(granted.body).toMatchObject([{ id: scopeId, name: 'read' }])
    expect(await logto.api('POST', path, { scopeIds: [scopeId] })).toMatchObject({
      status: 422,
      body: { code: 'role.scope_exists' },
    })
    expect((await logto.api('POST', path, { scopeIds: [] })).status).toBe(400)
    expect((await logto.api('DELETE', `${path}/${scopeId}`)).status).toBe(204)
    expect((await logto.api('DELETE', `${path}/${scopeId}`)).status).toBe(404)
  })
})

describe('an application', () => {
  test('is made with 200, with a mark of ours, and as often as one asks for the name', async () => {
    const more = { customData: { scopegate: 'A' }, customClientMetadata: { alwaysIssueRefreshToken: true } }
    const first = await makeApplication('twice', more)
    const second = await makeApplication('twice', more)
    expect([first.status, second.status]).toEqual([200, 200])
    expect(second.id).not.toBe(first.id)
    expect(first.body).toMatchObject(more)
    expect(JSON.stringify(first.body)).not.toContain('secret"')
  })

  test('keeps its type and its party whatever a change says, with 200', async () => {
    const { id } = await makeApplication('fixed')
    const { status, body } = await logto.api('PATCH', `applications/${id}`, {
      type: 'SPA',
      isThirdParty: true,
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ type: 'Traditional', isThirdParty: false })
  })

  test('has its metadata replaced, and its custom data merged', async () => {
    const { id } = await makeApplication('replaced', {
      customClientMetadata: { alwaysIssueRefreshToken: true },
      customData: { note: 'mine' },
    })
    const path = `applications/${id}`
    const { body } = await logto.api('PATCH', path, { customClientMetadata: { rotateRefreshToken: false } })
    expect(Object(body).customClientMetadata).not.toHaveProperty('alwaysIssueRefreshToken')
    const oidcClientMetadata = { redirectUris: ['https://app.example/callback'] }
    expect((await logto.api('PATCH', path, { oidcClientMetadata })).status).toBe(400)
    expect((await logto.api('PATCH', `${path}/custom-data`, { scopegate: 'A' })).status).toBe(200)
    const all = await logto.api('GET', 'applications')
    const found = (all.body as { id: string; customData: unknown }[]).find(
      (application) => application.id === id,
    )
    expect(found?.customData).toEqual({ note: 'mine', scopegate: 'A' })
  })

  test('for machines takes roles of machines alone', async () => {
    const machine = await makeApplication('machine', {
      type: 'MachineToMachine',
      oidcClientMetadata: { redirectUris: [], postLogoutRedirectUris: [] },
    })
    const ofUsers = await makeRole('of users')
    const ofMachines = await makeRole('of machines', 'MachineToMachine')
    const path = `applications/${machine.id}/roles`
    expect(await logto.api('POST', path, { roleIds: [ofUsers.id] })).toMatchObject({
      status: 422,
      body: { code: 'application.invalid_role_type' },
    })
    expect((await logto.api('POST', path, { roleIds: [ofMachines.id] })).status).toBe(201)
    const { id } = await makeApplication('not a machine')
    expect(await logto.api('POST', `applications/${id}/roles`, { roleIds: [ofMachines.id] })).toMatchObject({
      status: 422,
      body: { code: 'application.invalid_type' },
    })
  })

  test('of a third party may be allowed permissions, as often as one likes', async () => {
    const resource = await makeResource('consented')
    const scopeId = await makeScope(resource.id, 'read')
    const { id } = await makeApplication('third party', { isThirdParty: true })
    const path = `applications/${id}/user-consent-scopes`
    for (let i = 0; i < 2; i++)
      expect((await logto.api('POST', path, { resourceScopes: [scopeId] })).status).toBe(201)
    const { body } = await logto.api('GET', path)
    expect(body).toMatchObject({
      resourceScopes: [{ resource: { id: resource.id }, scopes: [{ id: scopeId }] }],
    })
    expect((await logto.api('DELETE', `${path}/resource-scopes/${scopeId}`)).status).toBe(204)
    expect((await logto.api('DELETE', `${path}/resource-scopes/${scopeId}`)).status).toBe(404)
    const first = await makeApplication('first party')
    const refused = await logto.api('POST', `applications/${first.id}/user-consent-scopes`, {
      resourceScopes: [scopeId],
    })
    expect(refused).toMatchObject({ status: 422, body: { code: 'application.third_party_application_only' } })
  })
})

describe('the secret of an application', () => {
  test('has a name of its own, and an end in the future', async () => {
    const { id } = await makeApplication('with secrets')
    const path = `applications/${id}/secrets`
    const made = await logto.api('POST', path, { name: 'second', expiresAt: Date.now() + 600_000 })
    expect(made).toMatchObject({ status: 201, body: { name: 'second', value: expect.any(String) } })
    expect(await logto.api('POST', path, { name: 'second' })).toMatchObject({
      status: 422,
      body: { code: 'application.secret_name_exists' },
    })
    expect(await logto.api('POST', path, { name: 'late', expiresAt: Date.now() - 1000 })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid_input' },
    })
    expect((await logto.api('GET', path)).body).toHaveLength(2)
  })
})

describe('a search', () => {
  test('of roles finds part of a name, whatever the case, unless it is told otherwise', async () => {
    const { id, name } = await makeRole('Searched')
    const found = async (query: string) => {
      const { body } = await logto.api('GET', `roles?${query}`)
      return (body as { id: string }[]).some((role) => role.id === id)
    }
    const like = encodeURIComponent(`%${name.toLowerCase()}%`)
    expect(await found(`search=${like}`)).toBe(true)
    const exact = (text: string) => `search.name=${encodeURIComponent(text)}&mode.name=exact`
    expect(await found(`${exact(name)}&isCaseSensitive=true`)).toBe(true)
    expect(await found(`${exact(name.toLowerCase())}&isCaseSensitive=true`)).toBe(false)
  })
})

describe('paging', () => {
  test('tells the number of all, and links to where there is no API', async () => {
    const { headers } = await logto.api('GET', 'roles?page=1&page_size=1')
    expect(Number(headers.get('total-number'))).toBeGreaterThan(0)
    expect(headers.get('link')).toMatch(/^<https?:\/\/[^/]+\/roles\?/)
  })

  test.each(['page=0', 'page=1&page_size=101'])('refuses %s: 400', async (query) => {
    expect(await logto.api('GET', `roles?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'guard.invalid_pagination' },
    })
  })

  test('beyond the end is an empty list', async () => {
    expect(await logto.api('GET', 'roles?page=1000&page_size=100')).toMatchObject({ status: 200, body: [] })
  })
})

describe('a webhook', () => {
  test('is made with any URL, and keeps it', async () => {
    const name = logto.name('hook')
    const config = { url: 'nope' }
    const { status, body } = await logto.api('POST', 'hooks', { name, events: ['User.Deleted'], config })
    logto.remove(`hooks/${idOf(body)}`)
    expect(status).toBe(201)
    expect(body).toMatchObject({ events: ['User.Deleted'], config, signingKey: expect.any(String) })
  })

  test('without an event is refused', async () => {
    const none = { name: logto.name('no hook'), events: [], config: { url: 'https://a.example' } }
    expect((await logto.api('POST', 'hooks', none)).status).toBe(400)
  })
})
