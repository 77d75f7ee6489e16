import { describe, expect, test } from 'vitest'
import { knownName, type LogtoEvent, withdrawalsOf } from '../../../src/endpoint/logto-event.ts'

const createdAt = '2026-11-23T15:30:18.387Z'
const user = '7q6j4duell21'
const issuer = 'https://tenant.logto.app/oidc'

/** The members that every event of the Management API has, as Logto sends them. */
const head = { createdAt, userAgent: 'node', ip: '127.0.0.1', status: 200, hookId: 'u51ftc4rrg0lycctq6fp3' }

function whose(event: LogtoEvent, knowsRoles = true): string[] {
  return withdrawalsOf({ ...head, ...event }, { issuer, knowsRoles }).map(({ kind, id }) =>
    `${kind} ${id}`.trim(),
  )
}

const suspension = (isSuspended: unknown) => ({
  event: 'User.SuspensionStatus.Updated',
  path: `/users/${user}/is-suspended`,
  method: 'PATCH',
  params: { userId: user },
  matchedRoute: '/users/:userId/is-suspended',
  data: { id: user, username: 'alice', isSuspended, hasPassword: true },
})

const userData = (matchedRoute: unknown, data: object = { id: user }) => ({
  event: 'User.Data.Updated',
  method: 'PATCH',
  params: { userId: user },
  matchedRoute,
  data,
})

const membership = (members: object) => ({
  event: 'Organization.Membership.Updated',
  organizationId: '0q169p8wc1ib',
  matchedRoute: '/organizations/:id/users',
  ...members,
})

const roleScopes = (method: unknown, params: unknown = { '0': '/0lcr/scopes', id: '0lcr' }) => ({
  event: 'Role.Scopes.Updated',
  method,
  params,
  matchedRoute: '/roles/:id/scopes',
})

describe('an event of Logto', () => {
  test.each<[string, LogtoEvent, string[]]>([
    ['a suspended user', suspension(true), [`sub ${user}`]],
    ['a user who may sign in again', suspension(false), []],
    [
      'a deleted user',
      {
        event: 'User.Deleted',
        data: { id: 'iwushqpnf43s' },
        method: 'DELETE',
        status: 204,
        params: { userId: 'iwushqpnf43s' },
        matchedRoute: '/users/:userId',
      },
      ['sub iwushqpnf43s'],
    ],
    [
      'a forgotten password',
      {
        event: 'PostResetPassword',
        interactionEvent: 'ForgotPassword',
        sessionId: 's',
        userId: user,
        user: { id: user },
        userIp: '::1',
      },
      [`sub ${user}`],
    ],
    ['another password', userData('/users/:userId/password'), [`sub ${user}`]],
    ['another factor', userData('/users/:userId/mfa-verifications', { id: 'factor' }), [`sub ${user}`]],
    [
      'a factor that is gone',
      userData('/users/:userId/mfa-verifications/:verificationId', { id: 'factor' }),
      [`sub ${user}`],
    ],
    ['another name', userData('/users/:userId'), []],
    ['custom data', userData('/users/:userId/custom-data'), []],
    ['a route about passwords that sets none', userData('/users/:userId/password/verify'), []],
    ['members who were removed', membership({ removedUserIds: ['a', 'b'] }), ['sub a', 'sub b']],
    ['members who were added', membership({ addedUserIds: ['a'], method: 'POST' }), []],
    ['members replaced by others', membership({ addedUserIds: ['a'], removedUserIds: ['b'] }), ['sub b']],
    ['members replaced by nobody knows whom', membership({ method: 'PUT' }), ['all']],
    ['a member who joined at a sign-in', membership({}), []],
    [
      'a deleted organization',
      { event: 'Organization.Deleted', method: 'DELETE', params: { id: '0q169p8wc1ib' } },
      ['organization 0q169p8wc1ib'],
    ],
    ['a role with one permission less', roleScopes('DELETE'), ['role 0lcr']],
    ['a role with one permission more', roleScopes('POST'), []],
    ['a deleted role', { event: 'Role.Deleted', params: { id: '0lcr' } }, ['all']],
    ['a deleted permission', { event: 'Scope.Deleted', params: { resourceId: 'r', scopeId: 's' } }, ['all']],
    ['a deleted organization role', { event: 'OrganizationRole.Deleted', params: { id: 'r' } }, ['all']],
    ['a deleted organization permission', { event: 'OrganizationScope.Deleted' }, ['all']],
    ['an organization role, replaced', { event: 'OrganizationRole.Scopes.Updated', method: 'PUT' }, ['all']],
    [
      'an organization role with less',
      { event: 'OrganizationRole.Scopes.Updated', method: 'DELETE' },
      ['all'],
    ],
    ['an organization role with more', { event: 'OrganizationRole.Scopes.Updated', method: 'POST' }, []],
    ['a new user', { event: 'User.Created', data: { id: user } }, []],
    ['a sign-in', { event: 'PostSignIn', userId: user }, []],
    ['a new name of a role', { event: 'Role.Data.Updated', method: 'PATCH', params: { id: '0lcr' } }, []],
    ['an event of a later Logto', { event: 'User.Exploded', params: { userId: user } }, []],
  ])('about %s', (_, event, expected) => {
    expect(whose(event)).toEqual(expected)
  })

  test('about a role cuts everybody off where nobody can be asked who has it', () => {
    expect(whose(roleScopes('DELETE'), false)).toEqual(['all'])
  })

  test.each(['User.Deleted', 'Role.Deleted', 'Scope.Deleted', 'User.SuspensionStatus.Updated'])(
    'of the name %s that the console sends as a test cuts nobody off',
    (event) => {
      const fake = { path: '/fake-path/:id', method: 'POST', params: { id: 'fake-id' } }
      expect(whose({ event, ...fake, data: { result: 'success' } })).toEqual([])
    },
  )
})

describe('an event that ends somebody’s access and does not say whose', () => {
  const long = 'a'.repeat(1024 * 1024)
  test.each<[string, LogtoEvent]>([
    ['no id', { event: 'User.Deleted' }],
    ['a list as id', { event: 'User.Deleted', params: { userId: [user] } }],
    ['a number', { event: 'User.Deleted', params: { userId: 7 } }],
    ['the empty text', { event: 'User.Deleted', params: { userId: '' } }],
    ['1 MiB', { event: 'User.Deleted', params: { userId: long } }],
    ['lists for maps', { event: 'User.Deleted', params: [user], data: [user], user: 'x' }],
    ['null', { event: 'User.Deleted', params: null, data: null }],
    ['a factor for a user', { ...userData('/mfa-verifications'), params: {}, data: { id: 'factor' } }],
    ['a list of numbers', membership({ removedUserIds: [1] })],
    ['a text for a list', membership({ removedUserIds: user })],
    ['a list within a list', membership({ removedUserIds: [[user]] })],
    ['no organization', { event: 'Organization.Deleted' }],
    ['no role', roleScopes('DELETE', {})],
    ['the method as a list', roleScopes(['POST'], {})],
  ])('cuts everybody off: %s', (_, event) => {
    expect(whose(event)).toEqual(['all'])
  })

  test.each([true, undefined, null, 'false', 0])('is a suspension for isSuspended %s', (isSuspended) => {
    expect(whose(suspension(isSuspended))).toEqual([`sub ${user}`])
  })
})

describe('an event whose name is none', () => {
  test.each<unknown>([
    undefined,
    null,
    7,
    ['User.Deleted'],
    { toString: 'User.Deleted' },
    'constructor',
    '__proto__',
    'toString',
  ])('cuts nobody off: %j', (event) => {
    expect(whose({ event, params: { userId: user } })).toEqual([])
    expect(knownName({ event })).toBeUndefined()
  })

  test('is not what an object inherits', () => {
    const params = Object.create({ userId: user })
    expect(whose({ event: 'User.Deleted', params })).toEqual(['all'])
  })

  test('may be the id of a user all the same', () => {
    expect(whose({ event: 'User.Deleted', params: { userId: '__proto__' } })).toEqual(['sub __proto__'])
  })
})

describe('the instant', () => {
  const instantOf = (time: unknown) =>
    withdrawalsOf({ ...suspension(true), createdAt: time }, { issuer, knowsRoles: true })[0]

  test('is the signed time, and the issuer the configured one', () => {
    expect(instantOf(createdAt)).toEqual({ issuer, kind: 'sub', id: user, instantMs: Date.parse(createdAt) })
  })

  test.each<unknown>([
    undefined,
    null,
    1795447609,
    ['2026-11-23T15:30:18.387Z'],
    'now',
    '2026-11-23',
    '2026-11-23T15:30:18',
    '2026-13-99T15:30:18Z',
    '2026-11-23T15:30:18+14:00',
  ])('is left to the clock of the gateway for createdAt %j', (time) => {
    expect(instantOf(time)?.instantMs).toBeUndefined()
  })
})
