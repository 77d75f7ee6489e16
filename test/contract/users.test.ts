import { beforeAll, describe, expect, test } from 'vitest'
import { createBrowser } from './browser.ts'
import { basic, idOf, type Logto, openLogto } from './logto.ts'
import { createMade, type Made, type MadeApplication, type MadeUser, signInTo, tokenOf } from './made.ts'

// Facts about users: how they are made, what they hold, and what ends with them.

let logto: Logto
let made: Made
let application: MadeApplication
beforeAll(async () => {
  logto = await openLogto()
  made = createMade(logto)
  application = await made.application('client of users')
})

describe('a user', () => {
  test('is made with 200, once for each username and email', async () => {
    const { username } = await made.user('once')
    expect(await logto.api('POST', 'users', { username })).toMatchObject({
      status: 422,
      body: { code: 'user.username_already_in_use' },
    })
    const primaryEmail = `${username}@example.com`
    const body = { username: `${username}_2`, primaryEmail }
    const second = await logto.api('POST', 'users', body)
    logto.remove(`users/${idOf(second.body)}`)
    expect(second).toMatchObject({ status: 200, body: { ...body, isSuspended: false } })
    expect(await logto.api('POST', 'users', { primaryEmail })).toMatchObject({
      status: 422,
      body: { code: 'user.email_already_in_use' },
    })
  })

  test('is found by an exact search', async () => {
    const { id, username } = await made.user('found')
    const query = `search.username=${username}&mode.username=exact`
    expect(await logto.api('GET', `users?${query}`)).toMatchObject({ status: 200, body: [{ id, username }] })
  })

  test('keeps custom data, which a change adds to', async () => {
    const { id } = await made.user('custom')
    const path = `users/${id}/custom-data`
    await logto.api('PATCH', path, { customData: { plan: 'gold' } })
    const { status, body } = await logto.api('PATCH', path, { customData: { seats: 3 } })
    expect([status, body]).toEqual([200, { plan: 'gold', seats: 3 }])
    const shown = await logto.api('GET', `users/${id}`)
    expect(shown.body).toMatchObject({ customData: { plan: 'gold', seats: 3 }, hasPassword: true })
  })

  test('gets a role as often as one likes, loses it once, and none of machines', async () => {
    const [role, ofMachines] = [
      await made.role('plain', []),
      await made.role('robot', [], 'MachineToMachine'),
    ]
    const { id } = await made.user('holder')
    const path = `users/${id}/roles`
    const give = (roleId: string) => logto.api('POST', path, { roleIds: [roleId] })
    expect(await give(role)).toMatchObject({ status: 201, body: { roleIds: [role], addedRoleIds: [role] } })
    expect(await give(role)).toMatchObject({ status: 201, body: { roleIds: [role], addedRoleIds: [] } })
    expect(await give(ofMachines)).toMatchObject({ status: 422, body: { code: 'user.invalid_role_type' } })
    expect(await logto.api('GET', `roles/${role}/users`)).toMatchObject({ status: 200, body: [{ id }] })
    expect((await logto.api('DELETE', `${path}/${role}`)).status).toBe(204)
    expect((await logto.api('DELETE', `${path}/${role}`)).status).toBe(404)
    expect((await logto.api('PUT', path, { roleIds: [role] })).status).toBe(200)
  })
})

describe('with a user who leaves', () => {
  async function leaver(what: string) {
    const user = await made.user(what)
    const asked = { user, application, scope: 'openid offline_access', more: { prompt: 'consent' } }
    const { access_token, refresh_token = '' } = await signInTo(logto, asked)
    return { user, access_token, refresh_token }
  }

  async function expectOver(access_token: string, refresh_token: string): Promise<void> {
    expect(await tokenOf(logto, application, { grant_type: 'refresh_token', refresh_token })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
    const me = await fetch(`${logto.endpoint}/oidc/me`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    expect(me.status).toBe(401)
    const credentials = { authorization: basic(application.id, application.secret) }
    const introspected = await logto.post('token/introspection', { token: access_token }, credentials)
    expect([introspected.status, introspected.body]).toEqual([200, { active: false }])
  }

  const signInAgain = ({ username, password }: MadeUser) =>
    createBrowser(logto).signIn({ username, password, clientId: application.id, scope: 'openid' })

  test('suspended, tokens and sign-ins end', async () => {
    const { user, access_token, refresh_token } = await leaver('suspended')
    const path = `users/${user.id}/is-suspended`
    expect(await logto.api('PATCH', path, { isSuspended: true })).toMatchObject({
      status: 200,
      body: { id: user.id, isSuspended: true },
    })
    await expectOver(access_token, refresh_token)
    expect(await signInAgain(user)).toMatchObject({
      refused: { status: 401, body: { code: 'user.suspended' } },
    })
  })

  test('deleted, tokens and sign-ins end', async () => {
    const { user, access_token, refresh_token } = await leaver('deleted')
    expect((await logto.api('DELETE', `users/${user.id}`)).status).toBe(204)
    await expectOver(access_token, refresh_token)
    expect((await logto.api('GET', `users/${user.id}`)).status).toBe(404)
    expect(await signInAgain(user)).toMatchObject({ refused: { status: 422 } })
  })
})
