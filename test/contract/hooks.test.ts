import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { idOf, type Logto, openLogto } from './logto.ts'
import { createMade, type Made } from './made.ts'

// Facts about the events of webhooks, as Logto's own log of deliveries shows them: so no receiver has to be
// reachable from it.

let logto: Logto
let made: Made
beforeAll(async () => {
  logto = await openLogto()
  made = createMade(logto)
})

type Event = Readonly<Record<string, unknown>>

/** A webhook that nobody receives. */
async function makeHook(...events: string[]): Promise<string> {
  const name = logto.name('events')
  const made = await logto.api('POST', 'hooks', { name, events, config: { url: 'http://127.0.0.1:9/' } })
  logto.remove(`hooks/${idOf(made.body)}`)
  return idOf(made.body)
}

/** The events that a webhook was sent, the oldest first. */
async function eventsOf(hookId: string): Promise<Event[]> {
  const { body } = await logto.api('GET', `hooks/${hookId}/recent-logs`)
  const logs = body as { payload: { hookRequest?: { body: Event } } }[]
  return logs.flatMap(({ payload: { hookRequest } }) => (hookRequest ? [hookRequest.body] : [])).reverse()
}

/** Waits until there are so many. */
async function untilSent(hookId: string, count: number): Promise<Event[]> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const events = await eventsOf(hookId)
    if (events.length >= count || Date.now() > deadline) return events
    await wait(50)
  }
}

const namesOf = (events: readonly Event[]) => events.map(({ event }) => event)

describe('a webhook', () => {
  test('hears who is suspended, also when nothing changes', async () => {
    const hook = await makeHook('User.SuspensionStatus.Updated')
    const { id } = await made.user('on and off')
    for (const isSuspended of [true, true, false]) {
      const before = (await eventsOf(hook)).length
      await logto.api('PATCH', `users/${id}/is-suspended`, { isSuspended })
      const event = (await untilSent(hook, before + 1)).at(-1)
      expect(event).toMatchObject({
        event: 'User.SuspensionStatus.Updated',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        path: `/users/${id}/is-suspended`,
        method: 'PATCH',
        status: 200,
        params: { userId: id },
        matchedRoute: '/users/:userId/is-suspended',
        data: { id, isSuspended },
        hookId: hook,
      })
    }
  })

  test('hears of users that are made, changed and deleted', async () => {
    const hook = await makeHook('User.Created', 'User.Data.Updated', 'User.Deleted')
    const username = logto.name('short lived').replaceAll(/\W/g, '_')
    const id = idOf((await logto.api('POST', 'users', { username })).body)
    await untilSent(hook, 1)
    await logto.api('PATCH', `users/${id}/custom-data`, { customData: { plan: 'gold' } })
    await untilSent(hook, 2)
    await logto.api('PATCH', `users/${id}/password`, { password: 'Correct-horse-7-battery' })
    await untilSent(hook, 3)
    await logto.api('DELETE', `users/${id}`)
    expect(await untilSent(hook, 4)).toMatchObject([
      { event: 'User.Created', matchedRoute: '/users', data: { id, username } },
      { event: 'User.Data.Updated', matchedRoute: '/users/:userId/custom-data' },
      { event: 'User.Data.Updated', matchedRoute: '/users/:userId/password' },
      {
        ...{ event: 'User.Deleted', matchedRoute: '/users/:userId', method: 'DELETE', status: 204 },
        ...{ params: { userId: id }, data: { id } },
      },
    ])
  })

  test('hears what a role gets and loses, and what is deleted, without data', async () => {
    const resource = await made.resource('of events', 'read')
    const role = await made.role('of events', [])
    const scopeId = resource.scopeIds['read'] ?? ''
    const hook = await makeHook('Role.Scopes.Updated', 'Role.Deleted', 'Scope.Deleted')
    await logto.api('POST', `roles/${role}/scopes`, { scopeIds: [scopeId] })
    await untilSent(hook, 1)
    await logto.api('DELETE', `roles/${role}/scopes/${scopeId}`)
    await untilSent(hook, 2)
    await logto.api('DELETE', `resources/${resource.id}/scopes/${scopeId}`)
    await untilSent(hook, 3)
    await logto.api('DELETE', `roles/${role}`)
    const [given, taken, scopeDeleted, roleDeleted] = await untilSent(hook, 4)
    expect(given).toMatchObject({
      ...{ event: 'Role.Scopes.Updated', method: 'POST', status: 201, params: { id: role } },
      ...{
        matchedRoute: '/roles/:id/scopes',
        data: [{ id: scopeId, resourceId: resource.id, name: 'read' }],
      },
    })
    expect(taken).toMatchObject({
      ...{ event: 'Role.Scopes.Updated', method: 'DELETE', params: { id: role, scopeId } },
    })
    expect(scopeDeleted).toMatchObject({
      ...{ event: 'Scope.Deleted', params: { resourceId: resource.id, scopeId } },
    })
    expect(roleDeleted).toMatchObject({ event: 'Role.Deleted', params: { id: role } })
    for (const event of [taken, scopeDeleted, roleDeleted]) expect(event).not.toHaveProperty('data')
  })

  test('hears nothing of the roles of users, nor of applications', async () => {
    const role = await made.role('silent', [])
    const { id } = await made.user('silent')
    const hook = await makeHook(
      ...['User.Created', 'User.Data.Updated', 'Role.Data.Updated', 'Role.Scopes.Updated', 'User.Deleted'],
    )
    await logto.api('POST', `users/${id}/roles`, { roleIds: [role] })
    await logto.api('DELETE', `users/${id}/roles/${role}`)
    const { id: applicationId } = await made.application('silent')
    await logto.api('PATCH', `applications/${applicationId}`, { description: 'x' })
    // Events arrive in the order of the changes: one that does come shows that no other did.
    await logto.api('DELETE', `users/${id}`)
    expect(namesOf(await untilSent(hook, 1))).toEqual(['User.Deleted'])
  })

  test('hears who joins and leaves an organization, and nothing of roles there', async () => {
    const { id: userId } = await made.user('joiner')
    const organization = idOf((await logto.api('POST', 'organizations', { name: logto.name('org') })).body)
    const role = idOf((await logto.api('POST', 'organization-roles', { name: logto.name('org role') })).body)
    logto.remove(`organization-roles/${role}`)
    const hook = await makeHook(
      ...['Organization.Membership.Updated', 'Organization.Data.Updated', 'Organization.Deleted'],
      'OrganizationRole.Scopes.Updated',
    )
    const path = `organizations/${organization}/users`
    await logto.api('POST', path, { userIds: [userId] })
    await untilSent(hook, 1)
    await logto.api('POST', `${path}/${userId}/roles`, { organizationRoleIds: [role] })
    await logto.api('DELETE', `${path}/${userId}/roles/${role}`)
    await logto.api('DELETE', `${path}/${userId}`)
    await untilSent(hook, 2)
    await logto.api('DELETE', `organizations/${organization}`)
    expect(await untilSent(hook, 3)).toMatchObject([
      {
        ...{ event: 'Organization.Membership.Updated', method: 'POST', status: 201 },
        ...{ organizationId: organization, addedUserIds: [userId] },
      },
      {
        ...{ event: 'Organization.Membership.Updated', method: 'DELETE', status: 204 },
        ...{ organizationId: organization, removedUserIds: [userId] },
      },
      { event: 'Organization.Deleted', params: { id: organization } },
    ])
  })

  test('gets a new signing key, another each time', async () => {
    const hook = await makeHook('User.Deleted')
    const keyOf = async () =>
      Object((await logto.api('PATCH', `hooks/${hook}/signing-key`)).body).signingKey as string
    expect(await keyOf()).not.toBe(await keyOf())
  })

  test('is sent each event once, whatever becomes of it', async () => {
    const hook = await makeHook('User.Deleted')
    const { id } = await made.user('once only')
    await logto.api('DELETE', `users/${id}`)
    await untilSent(hook, 1)
    const { body } = await logto.api('GET', `hooks/${hook}?includeExecutionStats=true`)
    expect(body).toMatchObject({ executionStats: { successCount: 0, requestCount: 1 } })
    const logs = await logto.api('GET', `hooks/${hook}/recent-logs`)
    expect(logs.body).toMatchObject([{ payload: { result: 'Error', error: expect.any(String) } }])
  })

  test('cannot be tried where nobody answers: 422', async () => {
    const hook = await makeHook('User.Deleted')
    const body = { events: ['User.Deleted'], config: { url: 'http://127.0.0.1:9/' } }
    expect((await logto.api('POST', `hooks/${hook}/test`, body)).status).toBe(422)
  })
})
