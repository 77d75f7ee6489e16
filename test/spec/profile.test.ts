import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { signIn } from '../../src/dev/demo/sign-in.ts'
import { openConnection } from '../support/connection.ts'
import { spawnGateway } from '../support/process.ts'
import { alice, bob, createProfileStage, type ProfileStage, startProfileParts } from '../support/profile.ts'
import { call } from '../support/stage.ts'
import { acceptHandshake, handshake } from '../support/websocket.ts'

const userPath = `users/${alice}`
const emailAlone = { headers: '{ X-User-Email: primaryEmail }' }
const minuteMs = 60_000

/** Stops the clock by which answers age, and gives it to the test. Timers and sockets go on. */
function stopClock() {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  return { pass: (ms: number) => void vi.setSystemTime(Date.now() + ms) }
}

/** From now on Logto says this about every user. */
function answer(stage: Pick<ProfileStage, 'logto'>, body: Record<string, unknown>, status = 200): void {
  stage.logto.management.fault = ({ path }) => {
    const id = /^users\/([^/]+)$/.exec(path)?.[1]
    return id === undefined ? undefined : { reply: { status, body: { id, ...body } } }
  }
}

const fail = ({ logto }: ProfileStage) => {
  logto.management.fault = () => ({ reply: { status: 500, body: { message: 'Internal server error.' } } })
}
const warnings = ({ gateway }: ProfileStage) => gateway.logs.filter(({ level }) => level === 'warn')

describe('identity.profile', () => {
  test('tells the upstream what Logto knows about the user: a member, a nested one, and the roles', async () => {
    const stage = await createProfileStage()
    const [user] = stage.logto.data.users
    if (user) Object.assign(user, { name: 'Zoë', customData: { plan: 'gold' } })
    expect((await stage.call('/todos', { token: await stage.token() })).status).toBe(200)
    expect(stage.header('X-User-Email')).toBe('alice@example.com')
    expect(stage.header('X-User-Name')).toBe(Buffer.from('Zoë').toString('latin1'))
    expect(stage.header('X-User-Plan')).toBe('gold')
    expect(stage.header('X-User-Roles')).toBe('My role')
    expect(stage.header('X-User-Id')).toBe(alice)
  })

  test('joins the names of several roles by a space, and reads every page of them', async () => {
    const stage = await createProfileStage({ headers: '{ X-User-Roles: roles }' })
    const names = Array.from({ length: 150 }, (_, i) => `r${i}`)
    stage.logto.data.roles.push(...names.map((name) => ({ name, permissions: {} })))
    stage.logto.data.users.find(({ id }) => id === alice)?.roles.push(...names)
    await stage.call('/todos', { token: await stage.token() })
    expect(stage.header('X-User-Roles')).toBe(['My role', ...names].join(' '))
    expect(stage.front.calls).toEqual([1, 2].map((page) => `${userPath}/roles?page=${page}&page_size=100`))
  })

  test('asks for roles only where a header needs them', async () => {
    const stage = await createProfileStage(emailAlone)
    await stage.call('/todos', { token: await stage.token() })
    expect(stage.header('X-User-Email')).toBe('alice@example.com')
    expect(stage.front.calls).toEqual([userPath])
  })

  test('leaves a header out whose value there is not, and one that no header can carry, which is logged once', async () => {
    const stage = await createProfileStage()
    answer(stage, { primaryEmail: null, name: 'Alice\r\nX-Evil: 1', customData: { plan: ' gold' } })
    for (const _ of [1, 2, 3]) {
      expect((await stage.call('/todos', { token: await stage.token() })).status).toBe(200)
      for (const name of ['X-User-Email', 'X-User-Name', 'X-User-Plan', 'X-Evil'])
        expect(stage.header(name)).toBeUndefined()
    }
    expect(stage.header('X-User-Roles')).toBe('My role')
    expect(warnings(stage)).toMatchObject([
      { header: 'X-User-Name', claim: 'name', sub: alice },
      { header: 'X-User-Plan', claim: 'customData.plan', sub: alice },
    ])
    expect(stage.gateway.logText()).not.toContain('gold')
  })

  test.each([
    ['a list of words', ['a', 'b'], 'a b'],
    ['a map', { a: 1 }, '{"a":1}'],
    ['a number', 42, '42'],
    ['false', false, 'false'],
    ['an unsafe integer', 2 ** 53, undefined],
    ['a text that is too long', 'x'.repeat(5000), undefined],
    ['null', null, undefined],
  ])('carries %s as a claim would be', async (_, plan, expected) => {
    const stage = await createProfileStage({ headers: '{ X-Plan: customData.plan }' })
    answer(stage, { customData: { plan } })
    await stage.call('/todos', { token: await stage.token() })
    expect(stage.header('X-Plan')).toBe(expected)
  })

  test('reaches no member that objects inherit (security)', async () => {
    const stage = await createProfileStage({
      headers: '{ X-A: customData.__proto__, X-B: customData.constructor.name }',
    })
    await stage.call('/todos', { token: await stage.token() })
    expect(stage.header('X-A')).toBeUndefined()
    expect(stage.header('X-B')).toBeUndefined()
  })

  test('goes with the handshake of a WebSocket, too', async () => {
    const stage = await createProfileStage(emailAlone, (socket) => void socket.write(acceptHandshake))
    const client = await openConnection(stage.gateway.port)
    client.write(handshake('/ws', `Authorization: Bearer ${await stage.token()}\r\n`))
    await expect.poll(client.text).toMatch(/^HTTP\/1\.1 101 /)
    expect(stage.header('X-User-Email')).toBe('alice@example.com')
  })

  test('goes with an opaque token that was exchanged, and with one that was introspected', async () => {
    for (const mode of ['exchange', 'introspect']) {
      const stage = await createProfileStage({ ...emailAlone, tokens: `opaque: ${mode}` })
      const person = { username: 'alice', password: 'alice-password', scope: 'openid' }
      const { access_token: token } = await signIn(stage.logto, person)
      expect((await stage.call('/me', { token })).status).toBe(200)
      expect(stage.header('X-User-Email')).toBe('alice@example.com')
    }
  })
})

describe('a client that sends such a header itself (security)', () => {
  const spoofed = { 'X-User-Email': 'mallory', X_Plan: 'mallory', 'x.plan': 'mallory', 'X-Plan': 'mallory' }
  const headers = '{ X-User-Email: primaryEmail, X-Plan: customData.plan }'

  test.each(['/open', '/feed', '/todos'])('is not heard on %s', async (path) => {
    const stage = await createProfileStage({ headers })
    const token = path === '/todos' ? { token: await stage.token() } : {}
    expect((await stage.call(path, { headers: spoofed, ...token })).status).toBe(200)
    expect(stage.upstream.received()).not.toContain('mallory')
  })

  test('is not heard while nobody can be looked up', async () => {
    const stage = await createProfileStage({ headers })
    fail(stage)
    expect((await stage.call('/todos', { headers: spoofed, token: await stage.token() })).status).toBe(200)
    expect(stage.upstream.received()).not.toContain('mallory')
    expect(stage.header('X-User-Email')).toBeUndefined()
  })
})

describe('nobody is looked up', () => {
  test('on public routes, and on optional ones without a token', async () => {
    const stage = await createProfileStage()
    await stage.call('/open', { token: await stage.token() })
    expect(stage.header('X-User-Email')).toBeUndefined()
    await stage.call('/feed')
    expect(stage.front.calls).toEqual([])
    await stage.call('/feed', { token: await stage.token() })
    expect(stage.header('X-User-Email')).toBe('alice@example.com')
  })

  test.each(['client', 'user'])('for a machine, with identity.machines: %s', async (machines) => {
    const stage = await createProfileStage({ headers: '', more: identityWith(machines) })
    const token = await stage.token({ sub: 'nightly-job', client_id: 'nightly-job' })
    expect((await stage.call('/todos', { token })).status).toBe(200)
    expect(stage.front.calls).toEqual([])
  })

  test('for a token of another issuer, whose subject may be another person (security)', async () => {
    const stage = await createProfileStage()
    const other = await createProfileStage()
    const issuers = `issuers: { mine: { logto: "${stage.logto.origin}" }, other: { logto: "${other.logto.origin}" } }`
    const yaml = stage
      .config()
      .replace(/^issuer: .*$/m, issuers)
      .replace('logto:\n', 'logto:\n  issuer: mine\n')
      .replace('todo: {', 'todo: { issuer: other,')
    await stage.gateway.reload(yaml)
    expect((await stage.call('/todos', { token: await other.token() })).status).toBe(200)
    expect(stage.header('X-User-Id')).toBe(alice)
    expect(stage.header('X-User-Email')).toBeUndefined()
    expect(stage.front.calls).toEqual([])
  })

  test('where the token says it all: a claim of that name comes first', async () => {
    const stage = await createProfileStage()
    const claims = {
      primaryEmail: 'a@claims.test',
      name: null,
      customData: { plan: 'silver' },
      roles: ['My role', 'b'],
    }
    expect((await stage.call('/todos', { token: await stage.token(claims) })).status).toBe(200)
    expect(stage.header('X-User-Email')).toBe('a@claims.test')
    expect(stage.header('X-User-Name')).toBeUndefined()
    expect(stage.header('X-User-Plan')).toBe('silver')
    expect(stage.header('X-User-Roles')).toBe('My role b')
    expect(stage.front.calls).toEqual([])
  })

  test('where the script of docs/logto.md puts it all into the token', async () => {
    const headers = '{ X-User-Email: primaryEmail, X-User-Name: name, X-User-Roles: roles }'
    const stage = await createProfileStage({ headers })
    const [, json = ''] = /<<'END'\n(.*)\nEND/.exec(readFileSync('docs/logto.md', 'utf8')) ?? []
    stage.logto.data.settings = { claims: { 'access-token': JSON.parse(json).script } }
    const person = { username: 'alice', password: 'alice-password', scope: 'read' }
    const { access_token: token } = await signIn(stage.logto, person)
    expect((await stage.call('/todos', { token })).status).toBe(200)
    expect(stage.header('X-User-Email')).toBe('alice@example.com')
    expect(stage.header('X-User-Name')).toBe('Alice Example')
    expect(stage.header('X-User-Roles')).toBe('My role')
    expect(stage.front.calls).toEqual([])
  })

  test('for what the token says: the rest is asked for', async () => {
    const stage = await createProfileStage()
    const token = await stage.token({ primaryEmail: 'a@claims.test', 'customData.plan': 'whole', roles: [] })
    await stage.call('/todos', { token })
    expect(stage.header('X-User-Email')).toBe('a@claims.test')
    expect(stage.header('X-User-Name')).toBe('Alice Example')
    expect(stage.header('X-User-Plan')).toBe('whole')
    expect(stage.header('X-User-Roles')).toBe('')
    expect(stage.front.calls).toEqual([userPath])
  })
})

const identityWith = (machines: string) =>
  `identity: { machines: ${machines}, profile: { from: management, headers: { X-User-Email: primaryEmail } } }`

describe('what was looked up', () => {
  test('counts for five minutes, and then is asked for again', async () => {
    const clock = stopClock()
    const stage = await createProfileStage()
    const token = await stage.token()
    const both = [userPath, `${userPath}/roles?page=1&page_size=100`]
    await stage.call('/todos', { token })
    const [user] = stage.logto.data.users
    if (user) user.email = 'new@example.com'
    clock.pass(5 * minuteMs - 1)
    await stage.call('/todos', { token })
    await stage.call('/todos', { token: await stage.token({ jti: 'j2' }) })
    expect(stage.header('X-User-Email')).toBe('alice@example.com')
    expect(stage.front.calls.toSorted()).toEqual(both)
    clock.pass(1)
    await stage.call('/todos', { token })
    expect(stage.header('X-User-Email')).toBe('new@example.com')
    expect(stage.front.calls.toSorted()).toEqual([...both, ...both].toSorted())
  })

  test.each([
    ['of its user', 'sub', alice, 'new@example.com'],
    ['of everybody', 'all', '', 'new@example.com'],
    ['of somebody else', 'sub', bob, 'alice@example.com'],
  ] as const)('is asked for again after a cut-off %s', async (_, kind, id, expected) => {
    const stage = await createProfileStage(emailAlone)
    await stage.call('/todos', { token: await stage.token() })
    const [user] = stage.logto.data.users
    if (user) user.email = 'new@example.com'
    // Before the token was issued, so that it goes on.
    await stage.gateway.revoke([{ kind, id, instantMs: Date.now() - minuteMs }])
    expect((await stage.call('/todos', { token: await stage.token() })).status).toBe(200)
    expect(stage.header('X-User-Email')).toBe(expected)
  })

  test('is served for an hour while Logto fails, which is logged once with the call and the mend', async () => {
    const clock = stopClock()
    const stage = await createProfileStage(emailAlone)
    await stage.call('/todos', { token: await stage.token() })
    fail(stage)
    for (const minutes of [6, 20, 33]) {
      clock.pass(minutes * minuteMs)
      await stage.call('/todos', { token: await stage.token() })
      expect(stage.header('X-User-Email')).toBe('alice@example.com')
    }
    expect(warnings(stage)).toEqual([
      expect.objectContaining({
        issuer: stage.logto.issuer,
        problem: expect.stringMatching(`GET /api/${userPath}: 500 .*its log says more`),
        msg: expect.stringContaining('users cannot be looked up'),
      }),
    ])
    clock.pass(minuteMs)
    await stage.call('/todos', { token: await stage.token() })
    expect(stage.header('X-User-Email')).toBeUndefined()
    stage.logto.management.fault = undefined
    clock.pass(10_000)
    await stage.call('/todos', { token: await stage.token() })
    expect(stage.header('X-User-Email')).toBe('alice@example.com')
    expect(stage.gateway.logs).toContainEqual(
      expect.objectContaining({ level: 'info', msg: 'users can be looked up again' }),
    )
    expect(warnings(stage)).toHaveLength(1)
  })

  test('is asked for at most every ten seconds while Logto fails', async () => {
    const clock = stopClock()
    const stage = await createProfileStage(emailAlone)
    fail(stage)
    const token = await stage.token()
    for (const _ of [1, 2, 3]) expect((await stage.call('/todos', { token })).status).toBe(200)
    expect(stage.front.calls).toHaveLength(1)
    clock.pass(10_000)
    await stage.call('/todos', { token })
    expect(stage.front.calls).toHaveLength(2)
  })

  test('keeps nobody waiting for more than a moment while Logto does not answer', async () => {
    const clock = stopClock()
    const stage = await createProfileStage(emailAlone)
    const token = await stage.token()
    await stage.call('/todos', { token })
    clock.pass(6 * minuteMs)
    stage.front.hold()
    const startMs = performance.now()
    await stage.call('/todos', { token })
    expect(performance.now() - startMs).toBeLessThan(1500)
    expect(stage.header('X-User-Email')).toBe('alice@example.com')
  })

  test('is nothing for a user who is gone, and no longer what it was', async () => {
    const clock = stopClock()
    const stage = await createProfileStage(emailAlone)
    const token = await stage.token()
    await stage.call('/todos', { token })
    stage.logto.data.users.splice(0)
    clock.pass(6 * minuteMs)
    await stage.call('/todos', { token })
    await stage.call('/todos', { token })
    expect(stage.header('X-User-Email')).toBeUndefined()
    expect(stage.front.calls).toHaveLength(2)
    expect(warnings(stage)).toEqual([])
    expect(stage.gateway.logs).toContainEqual(
      expect.objectContaining({ level: 'info', sub: alice, msg: expect.stringContaining('no such user') }),
    )
  })

  test.each([
    ['another user', { id: bob, primaryEmail: 'bob@example.com' }, /not about this user.*logto\.endpoint/],
    ['no user', { id: undefined }, /not about this user/],
  ])('is never %s (security)', async (_, body, problem) => {
    const stage = await createProfileStage(emailAlone)
    answer(stage, body)
    await stage.call('/todos', { token: await stage.token() })
    expect(stage.header('X-User-Email')).toBeUndefined()
    expect(warnings(stage)).toMatchObject([{ problem: expect.stringMatching(problem) }])
  })

  test.each(['.', '..', 'a/../b', '?x', 'a#b', 'ä'])(
    'is that of the subject %s and no other path',
    async (sub) => {
      const stage = await createProfileStage(emailAlone)
      expect((await stage.call('/todos', { token: await stage.token({ sub }) })).status).toBe(200)
      expect(stage.header('X-User-Email')).toBeUndefined()
      const asked = stage.front.calls.map((path) => decodeURIComponent(path))
      expect(asked).toEqual(sub.startsWith('.') ? [] : [`users/${sub}`])
    },
  )
})

describe('look-ups', () => {
  test('of one subject are one, however many requests wait for it', async () => {
    const stage = await createProfileStage(emailAlone)
    stage.front.hold()
    const token = await stage.token()
    const calls = Array.from({ length: 20 }, () => stage.call('/todos', { token }))
    await expect.poll(() => stage.front.held).toBe(1)
    stage.front.release()
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200)
    expect(stage.front.calls).toEqual([userPath])
    expect(stage.upstream.received().match(/X-User-Email: alice@example.com/g)).toHaveLength(20)
    expect(stage.logto.calls['/oidc/token']).toBe(1)
  })

  test('are at most 16 at once, and the others follow', async () => {
    const stage = await createProfileStage()
    stage.front.hold()
    answer(stage, { name: 'A' })
    const tokens = await Promise.all(Array.from({ length: 30 }, (_, i) => stage.token({ sub: `user${i}` })))
    const calls = tokens.map((token) => stage.call('/todos', { token }))
    await expect.poll(() => stage.front.held).toBe(16)
    stage.front.release()
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200)
    expect(stage.front.calls.length).toBeGreaterThan(30)
    expect(stage.front.mostOut).toBe(16)
    expect(stage.upstream.received().match(/X-User-Name: A\r/g)).toHaveLength(30)
  })

  test('are waited for 2 s at most; then the request goes on without, and the log has the time in authMs', async () => {
    const stage = await createProfileStage(emailAlone)
    stage.front.hold()
    const startMs = performance.now()
    expect((await stage.call('/todos', { token: await stage.token() })).status).toBe(200)
    const tookMs = performance.now() - startMs
    expect(tookMs).toBeGreaterThan(1900)
    expect(tookMs).toBeLessThan(4000)
    expect(stage.header('X-User-Email')).toBeUndefined()
    const line = () => stage.gateway.logs.find(({ msg }) => msg === 'request')
    await expect.poll(line).toMatchObject({ status: 200, outcome: 'allow', sub: alice })
    expect(line()?.['authMs']).toBeGreaterThan(1900)
    await expect
      .poll(() => warnings(stage), { timeout: 6000 })
      .toMatchObject([
        { problem: expect.stringMatching(`GET /api/${userPath}: .* did not answer within 5 s`) },
      ])
  })

  test('of a client that leaves meanwhile send nothing upstream', async () => {
    const stage = await createProfileStage(emailAlone)
    stage.front.hold()
    const token = `Authorization: Bearer ${await stage.token()}\r\n`
    const http = await openConnection(stage.gateway.port)
    http.write(`GET /todos HTTP/1.1\r\nHost: a.test\r\n${token}\r\n`)
    const socket = await openConnection(stage.gateway.port)
    socket.write(handshake('/ws', token))
    await expect.poll(() => stage.front.held).toBe(1)
    http.socket.resetAndDestroy()
    socket.socket.resetAndDestroy()
    const lines = () => stage.gateway.logs.filter(({ msg }) => msg === 'request')
    await expect.poll(() => lines().length).toBe(1)
    stage.front.release()
    await expect.poll(() => lines().length).toBe(2)
    for (const line of lines()) expect(line).toMatchObject({ status: 499, code: 'client_closed', sub: alice })
    expect((await stage.call('/me', { token: await stage.token() })).status).toBe(200)
    expect(stage.upstream.received()).not.toMatch(/ \/(?:todos|ws) /)
  })

  test('do not let a request through whose token expires meanwhile (security)', async () => {
    const clock = stopClock()
    const stage = await createProfileStage(emailAlone)
    const token = await stage.token()
    stage.front.hold()
    const waiting = stage.call('/todos', { token })
    await expect.poll(() => stage.front.held).toBe(1)
    clock.pass(61 * minuteMs)
    stage.front.release()
    const { status, problem } = await waiting
    expect([status, problem.code]).toEqual([401, 'invalid_token'])
    expect(stage.upstream.received()).toBe('')
    const line = () => stage.gateway.logs.find(({ msg }) => msg === 'request')
    await expect.poll(line).toMatchObject({ outcome: 'refuse', status: 401, code: 'invalid_token' })
  })

  test('pause when Logto asks for it', async () => {
    const clock = stopClock()
    const stage = await createProfileStage(emailAlone)
    stage.logto.management.fault = () => ({ reply: { status: 429, headers: { 'retry-after': '20' } } })
    await stage.call('/todos', { token: await stage.token() })
    await stage.call('/todos', { token: await stage.token({ sub: bob }) })
    expect(stage.front.calls).toEqual([userPath])
    stage.logto.management.fault = undefined
    clock.pass(20_000)
    await stage.call('/todos', { token: await stage.token({ sub: bob }) })
    expect(stage.header('X-User-Email')).toBe('bob@example.com')
  })

  test('fetch another token of their account when the old one is refused', async () => {
    const clock = stopClock()
    const stage = await createProfileStage(emailAlone)
    await stage.call('/todos', { token: await stage.token() })
    clock.pass(6 * minuteMs)
    let refusals = 1
    stage.logto.management.fault = () =>
      refusals-- > 0
        ? { reply: { status: 401, body: { code: 'auth.unauthorized', message: 'No.' } } }
        : undefined
    const before = stage.logto.calls['/oidc/token'] ?? 0
    await stage.call('/todos', { token: await stage.token({ sub: bob }) })
    expect(stage.header('X-User-Email')).toBe('bob@example.com')
    expect(stage.logto.calls['/oidc/token']).toBe(before + 1)
    expect(warnings(stage)).toEqual([])
  })

  test('say what is wrong with their account', async () => {
    const stage = await createProfileStage(emailAlone)
    const account = stage.logto.data.applications.find(({ id }) => id === 'scopegate-setup')
    if (account) account.roles = []
    expect((await stage.call('/todos', { token: await stage.token() })).status).toBe(200)
    expect(warnings(stage)).toMatchObject([
      { problem: expect.stringContaining('Logto Management API access') },
    ])
    expect(stage.gateway.logText()).not.toContain('setup-secret')
  })
})

describe('a reload', () => {
  test('that leaves the profile alone keeps what is known', async () => {
    const stage = await createProfileStage(emailAlone)
    await stage.call('/todos', { token: await stage.token() })
    await stage.gateway.reload(stage.config({ ...emailAlone, more: 'limits: { headerCount: 50 }' }))
    await stage.call('/todos', { token: await stage.token() })
    expect(stage.header('X-User-Email')).toBe('alice@example.com')
    expect(stage.front.calls).toEqual([userPath])
  })

  test('that changes it begins anew; one that takes it out, or brings it, does that', async () => {
    const stage = await createProfileStage(emailAlone)
    await stage.call('/todos', { token: await stage.token() })
    await stage.gateway.reload(stage.config({ headers: '{ X-Name: name }' }))
    await stage.call('/todos', { token: await stage.token() })
    expect([stage.header('X-Name'), stage.header('X-User-Email')]).toEqual(['Alice Example', undefined])
    expect(stage.front.calls).toHaveLength(2)
    await stage.gateway.reload(stage.config({ headers: '' }))
    await stage.call('/todos', { token: await stage.token() })
    expect(stage.header('X-Name')).toBeUndefined()
    await stage.gateway.reload(stage.config(emailAlone))
    await stage.call('/todos', { token: await stage.token() })
    expect(stage.header('X-User-Email')).toBe('alice@example.com')
  })
})

describe('the program', () => {
  test.each([1, 2])(
    'with workers: %i tells the upstream, and stops while Logto does not answer',
    async (workers) => {
      const parts = await startProfileParts()
      const gateway = await spawnGateway(parts.config({ ...emailAlone, more: `workers: ${workers}` }))
      const token = await parts.token()
      for (const _ of [1, 2, 3, 4]) expect((await call(gateway.port, '/todos', { token })).status).toBe(200)
      expect(parts.upstream.received().match(/X-User-Email: alice@example.com/g)).toHaveLength(4)
      expect(parts.front.calls.length).toBeLessThanOrEqual(workers)
      parts.front.hold()
      const waiting = call(gateway.port, '/todos', { token: await parts.token({ sub: bob }) })
      await expect.poll(() => parts.front.held).toBe(1)
      gateway.child.kill('SIGTERM')
      expect((await waiting).status).toBe(200)
      expect(await gateway.exited).toBe(0)
      expect(gateway.logs().filter(({ level }) => level === 'warn')).toEqual([])
    },
  )
})
