import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { signIn } from '../../src/dev/demo/sign-in.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { close, listen } from '../../src/dev/stand-in/listen.ts'

type Delivery = {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

type Receiver = { readonly url: string; readonly deliveries: Delivery[] }

/** Answers each delivery as `answer` says: a status, or a place to go to. */
async function startReceiver(answer: (path: string) => number | string = () => 204): Promise<Receiver> {
  const deliveries: Delivery[] = []
  const server = createServer(async (req, res) => {
    let text = ''
    for await (const chunk of req.setEncoding('utf8')) text += chunk
    const { method, url: path = '/', headers } = req
    deliveries.push({ method, path, headers, text })
    const given = answer(path)
    if (typeof given === 'number') res.writeHead(given).end()
    else res.writeHead(302, { location: given }).end()
  })
  const port = await listen(server, 0, '127.0.0.1')
  onTestFinished(() => close(server))
  return { url: `http://127.0.0.1:${port}`, deliveries }
}

let logto: StandInLogto
beforeEach(async () => {
  logto = await startStandInLogto()
  return () => logto.close()
})

const [alice, bob] = ['7q6j4duell21', 'k2m8x0trv5ob']

async function addHook(
  url: string,
  events: string[],
  headers = {},
): Promise<{ id: string; signingKey: string }> {
  const { body } = await logto.management.call('POST', 'hooks', { events, config: { url, headers } })
  return body as { id: string; signingKey: string }
}

/** Changes something, and gives the events that came of it. */
async function change(receiver: Receiver, method: string, path: string, body?: unknown): Promise<unknown[]> {
  const before = receiver.deliveries.length
  expect((await logto.management.call(method, path, body)).status).toBeLessThan(300)
  await logto.webhooks.idle()
  return receiver.deliveries.slice(before).map(({ text }) => JSON.parse(text))
}

const idOf = (body: unknown) => String(Object(body).id)

describe('a webhook', () => {
  test('is sent a signed event of what it asks for, and of nothing else', async () => {
    const receiver = await startReceiver()
    const { id, signingKey } = await addHook(`${receiver.url}/hook?a=b`, ['User.SuspensionStatus.Updated'], {
      authorization: 'Bearer mine',
    })
    const [event] = await change(receiver, 'PATCH', `users/${alice}/is-suspended`, { isSuspended: true })
    const members = 'event createdAt userAgent ip path method status params matchedRoute data hookId'
    expect(Object.keys(Object(event))).toEqual(members.split(' '))
    expect(event).toMatchObject({
      event: 'User.SuspensionStatus.Updated',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      userAgent: 'node',
      ip: '127.0.0.1',
      path: `/users/${alice}/is-suspended`,
      method: 'PATCH',
      status: 200,
      params: { userId: alice },
      matchedRoute: '/users/:userId/is-suspended',
      data: { id: alice, username: 'alice', isSuspended: true, hasPassword: true },
      hookId: id,
    })
    const [delivery] = receiver.deliveries
    expect(delivery).toMatchObject({ method: 'POST', path: '/hook?a=b' })
    expect(delivery?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Logto (https://logto.io/)',
      authorization: 'Bearer mine',
      'logto-signature-sha-256': createHmac('sha256', signingKey)
        .update(delivery?.text ?? '')
        .digest('hex'),
    })
    expect(await change(receiver, 'PATCH', `users/${alice}`, { name: 'A' })).toEqual([])
  })

  test('is sent a change that changes nothing too', async () => {
    const receiver = await startReceiver()
    await addHook(receiver.url, ['User.SuspensionStatus.Updated'])
    for (const isSuspended of [true, true, false])
      expect(await change(receiver, 'PATCH', `users/${alice}/is-suspended`, { isSuspended })).toMatchObject([
        { data: { isSuspended } },
      ])
  })

  test('hears nothing of the roles of users', async () => {
    const receiver = await startReceiver()
    await addHook(receiver.url, ['User.Data.Updated', 'Role.Data.Updated', 'Role.Scopes.Updated'])
    const [role] = (await logto.management.call('GET', 'roles')).body as object[]
    const roleIds = [idOf(role)]
    expect(await change(receiver, 'POST', `users/${bob}/roles`, { roleIds })).toEqual([])
    expect(await change(receiver, 'PUT', `users/${bob}/roles`, { roleIds: [] })).toEqual([])
    expect(await change(receiver, 'DELETE', `users/${alice}/roles/${idOf(role)}`)).toEqual([])
  })

  test('hears of users that are made, changed and deleted', async () => {
    const receiver = await startReceiver()
    await addHook(receiver.url, ['User.Created', 'User.Data.Updated', 'User.Deleted'])
    const [made] = await change(receiver, 'POST', 'users', { username: 'carol', password: 'x' })
    expect(made).toMatchObject({ event: 'User.Created', path: '/users', data: { username: 'carol' } })
    const id = idOf(Object(made).data)
    const customData = { plan: 'gold' }
    expect(await change(receiver, 'PATCH', `users/${id}/custom-data`, { customData })).toMatchObject([
      { event: 'User.Data.Updated', matchedRoute: '/users/:userId/custom-data', data: { plan: 'gold' } },
    ])
    expect(await change(receiver, 'PATCH', `users/${id}/password`, { password: 'y' })).toMatchObject([
      { event: 'User.Data.Updated', matchedRoute: '/users/:userId/password', data: { id } },
    ])
    const [deleted] = await change(receiver, 'DELETE', `users/${id}`)
    expect(deleted).toMatchObject({
      ...{ event: 'User.Deleted', data: { id }, method: 'DELETE', status: 204, params: { userId: id } },
      matchedRoute: '/users/:userId',
    })
  })

  test('hears of roles, and of permissions that they get and lose', async () => {
    const receiver = await startReceiver()
    await addHook(receiver.url, ['Role.Created', 'Role.Data.Updated', 'Role.Deleted', 'Role.Scopes.Updated'])
    const [resource] = (await logto.management.call('GET', 'resources?includeScopes=true')).body as object[]
    const scopeId = idOf(Object(resource).scopes[1])
    const [made] = await change(receiver, 'POST', 'roles', { name: 'R', description: 'x' })
    expect(made).toMatchObject({ event: 'Role.Created', data: { name: 'R' } })
    const id = idOf(Object(made).data)
    expect(await change(receiver, 'POST', `roles/${id}/scopes`, { scopeIds: [scopeId] })).toMatchObject([
      {
        ...{ event: 'Role.Scopes.Updated', method: 'POST', status: 201 },
        params: { 0: `/${id}/scopes`, id },
        matchedRoute: '/roles/:id/scopes',
        data: [{ id: scopeId, name: 'write', resourceId: idOf(resource) }],
      },
    ])
    const [taken] = await change(receiver, 'DELETE', `roles/${id}/scopes/${scopeId}`)
    expect(taken).toMatchObject({ event: 'Role.Scopes.Updated', method: 'DELETE', params: { id, scopeId } })
    expect(taken).not.toHaveProperty('data')
    const [deleted] = await change(receiver, 'DELETE', `roles/${id}`)
    expect(deleted).toMatchObject({ event: 'Role.Deleted', params: { id } })
    expect(deleted).not.toHaveProperty('data')
  })

  test('hears of a permission that is deleted, and nothing of the roles that held it', async () => {
    const receiver = await startReceiver()
    await addHook(receiver.url, [
      'Scope.Created',
      'Scope.Data.Updated',
      'Scope.Deleted',
      'Role.Scopes.Updated',
    ])
    const [resource] = (await logto.management.call('GET', 'resources?includeScopes=true')).body as object[]
    const [resourceId, scopeId] = [idOf(resource), idOf(Object(resource).scopes[0])]
    const [deleted, ...others] = await change(receiver, 'DELETE', `resources/${resourceId}/scopes/${scopeId}`)
    expect(deleted).toMatchObject({ event: 'Scope.Deleted', params: { resourceId, scopeId } })
    expect(deleted).not.toHaveProperty('data')
    expect(others).toEqual([])
  })

  test('hears who joins and leaves an organization, and nothing of roles there', async () => {
    const receiver = await startReceiver()
    await addHook(receiver.url, [
      ...['Organization.Created', 'Organization.Membership.Updated', 'Organization.Deleted'],
      ...['OrganizationRole.Created', 'OrganizationRole.Scopes.Updated', 'OrganizationRole.Deleted'],
      'OrganizationScope.Deleted',
    ])
    const [made] = await change(receiver, 'POST', 'organizations', { name: 'One' })
    expect(made).toMatchObject({ event: 'Organization.Created', data: { name: 'One' } })
    const id = idOf(Object(made).data)
    const path = `organizations/${id}`
    const event = 'Organization.Membership.Updated'
    const [joined] = await change(receiver, 'POST', `${path}/users`, { userIds: [alice, bob] })
    expect(joined).toMatchObject({ event, organizationId: id, addedUserIds: [alice, bob], status: 201 })
    expect(joined).not.toHaveProperty('removedUserIds')
    expect(joined).not.toHaveProperty('data')
    expect(await change(receiver, 'PUT', `${path}/users`, { userIds: [alice] })).toMatchObject([
      { event, organizationId: id, removedUserIds: [bob], matchedRoute: '/organizations/:id/users' },
    ])
    const [scope] = [await logto.management.call('POST', 'organization-scopes', { name: 'edit' })]
    const organizationScopeIds = [idOf(scope.body)]
    const [roleMade] = await change(receiver, 'POST', 'organization-roles', { name: 'Editor' })
    expect(roleMade).toMatchObject({ event: 'OrganizationRole.Created' })
    const roleId = idOf(Object(roleMade).data)
    const rolePath = `organization-roles/${roleId}`
    expect(await change(receiver, 'PUT', `${rolePath}/scopes`, { organizationScopeIds })).toMatchObject([
      { event: 'OrganizationRole.Scopes.Updated', method: 'PUT', params: { id: roleId } },
    ])
    const organizationRoleIds = [roleId]
    expect(await change(receiver, 'POST', `${path}/users/${alice}/roles`, { organizationRoleIds })).toEqual(
      [],
    )
    expect(await change(receiver, 'DELETE', `${path}/users/${alice}/roles/${roleId}`)).toEqual([])
    expect(await change(receiver, 'DELETE', `${path}/users/${alice}`)).toMatchObject([
      { event, organizationId: id, removedUserIds: [alice], method: 'DELETE', status: 204 },
    ])
    expect(await change(receiver, 'DELETE', `organization-scopes/${idOf(scope.body)}`)).toMatchObject([
      { event: 'OrganizationScope.Deleted' },
    ])
    expect(await change(receiver, 'DELETE', rolePath)).toMatchObject([{ event: 'OrganizationRole.Deleted' }])
    expect(await change(receiver, 'DELETE', path)).toMatchObject([
      { event: 'Organization.Deleted', params: { id } },
    ])
  })

  test('hears of a sign-in', async () => {
    const receiver = await startReceiver()
    await addHook(receiver.url, ['PostSignIn'])
    await signIn(logto, { username: 'alice', password: 'alice-password', scope: 'read' })
    await logto.webhooks.idle()
    expect(receiver.deliveries.map(({ text }) => JSON.parse(text))).toMatchObject([
      {
        ...{ event: 'PostSignIn', interactionEvent: 'SignIn', userId: alice, userIp: '127.0.0.1' },
        user: { id: alice, isSuspended: false },
        application: { id: 'chatgpt', type: 'Traditional', name: 'ChatGPT' },
      },
    ])
  })
})

describe('a delivery', () => {
  test.each([500, 503, 429])('that is answered %i is not tried again', async (status) => {
    const receiver = await startReceiver(() => status)
    const { id } = await addHook(receiver.url, ['User.Deleted'])
    expect(await change(receiver, 'DELETE', `users/${bob}`)).toHaveLength(1)
    const logs = await logto.management.call('GET', `hooks/${id}/recent-logs`)
    expect(logs.body).toMatchObject([
      { payload: { result: 'Error', hookRequest: { body: { event: 'User.Deleted' } } } },
    ])
    const { body } = await logto.management.call('GET', `hooks/${id}?includeExecutionStats=true`)
    expect(body).toMatchObject({ executionStats: { successCount: 0, requestCount: 1 } })
  })

  test('follows a redirect as GET without a body, with its signature', async () => {
    const receiver = await startReceiver((path) => (path === '/moved' ? 204 : '/moved'))
    await addHook(receiver.url, ['User.Deleted'])
    await logto.management.call('DELETE', `users/${bob}`)
    await logto.webhooks.idle()
    expect(receiver.deliveries).toMatchObject([
      { method: 'POST', headers: { 'logto-signature-sha-256': expect.any(String) } },
      { method: 'GET', text: '', headers: { 'logto-signature-sha-256': expect.any(String) } },
    ])
  })

  test('goes to no other machine', async () => {
    const { id } = await addHook('https://api.example.com/hook', ['User.Deleted'])
    await logto.management.call('DELETE', `users/${bob}`)
    await logto.webhooks.idle()
    expect((await logto.management.call('GET', `hooks/${id}/recent-logs`)).body).toMatchObject([
      { payload: { error: 'Error: the stand-in delivers to this machine only' } },
    ])
  })

  test('is signed with a new key at once', async () => {
    const receiver = await startReceiver()
    const { id, signingKey } = await addHook(receiver.url, ['User.Deleted'])
    const { body } = await logto.management.call('PATCH', `hooks/${id}/signing-key`)
    const { signingKey: fresh } = body as { signingKey: string }
    expect(fresh).not.toBe(signingKey)
    await change(receiver, 'DELETE', `users/${bob}`)
    const [delivery] = receiver.deliveries
    expect(delivery?.headers['logto-signature-sha-256']).toBe(
      createHmac('sha256', fresh)
        .update(delivery?.text ?? '')
        .digest('hex'),
    )
  })

  test('may be tried with a made-up event', async () => {
    const receiver = await startReceiver()
    const { id } = await addHook(receiver.url, ['User.Deleted'])
    const config = { url: receiver.url }
    const events = ['User.Deleted']
    expect((await logto.management.call('POST', `hooks/${id}/test`, { events, config })).status).toBe(204)
    expect(JSON.parse(receiver.deliveries[0]?.text ?? '')).toMatchObject({
      ...{ event: 'User.Deleted', hookId: id, params: { id: 'fake-id' }, data: { result: 'success' } },
    })
  })
})
