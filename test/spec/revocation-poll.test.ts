import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { signIn } from '../../src/dev/demo/sign-in.ts'
import { exampleData, exampleResource, type LogtoData, managementAccount } from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { spawnGateway } from '../support/process.ts'
import { call } from '../support/stage.ts'

/** The tenant of the story, with the account for its Management API, and bob a member of `My role`. */
function tenant(): LogtoData {
  const data = exampleData()
  data.applications.push({
    ...managementAccount,
    name: 'Management',
    type: 'MachineToMachine',
    redirectUris: [],
    roles: ['Logto Management API access'],
  })
  data.roles.push({ name: 'Writer', permissions: { [exampleResource]: ['write'] } })
  for (const user of data.users) user.roles = ['My role', 'Writer']
  return data
}

async function pollingStage({ workers = 1, api = '', route = 'read', poll = '1s', more = '' } = {}) {
  const logto = await startStandInLogto({ data: tenant() })
  onTestFinished(() => logto.close())
  const upstream = await startHttpUpstream((request, response) => {
    if (request.url !== '/events') return void response.end('answer')
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n')
  })
  const yaml = (every: string) => `
workers: ${workers}
issuer: { logto: "${logto.origin}" }
logto: { management: { id: ${managementAccount.id}, secret: ${managementAccount.secret} } }
revocation: { ${every === '' ? '' : `poll: ${every}`}${more} }
apis:
  todo: { resource: "${exampleResource}", upstream: "${upstream.url}", routes: { /**: ${route} }${api} }
`
  const gateway = await spawnGateway(yaml(poll))
  const tokenOf = async (username: string) =>
    (await signIn(logto, { username, password: `${username}-password`, scope: 'read write' })).access_token
  return {
    logto,
    gateway,
    tokenOf,
    statusOf: async (token: string) => (await call(gateway.port, '/x', { token })).status,
    reload: (every: string) => gateway.write(yaml(every)),
    said: (text: string) => gateway.logs().filter(({ msg }) => String(msg).includes(text)),
    calls: () => logto.management.calls.map(({ method, path }) => `${method} ${path}`),
  }
}

const userOf = ({ data }: StandInLogto, name: string) => {
  const user = data.users.find(({ username }) => username === name)
  if (user === undefined) throw new Error(`no ${name}`)
  return user
}

const soon = { timeout: 8000, interval: 50 }

/** Resolves when Logto was asked about users in this many further rounds. */
async function rounds(stage: Awaited<ReturnType<typeof pollingStage>>, count: number): Promise<void> {
  const asked = () => stage.calls().filter((path) => path === 'GET users').length
  const until = asked() + count
  await expect.poll(asked, soon).toBeGreaterThanOrEqual(until)
}

describe('revocation.poll', () => {
  test('ends the access of a user who was suspended, and of nobody else', async () => {
    const stage = await pollingStage()
    const [alice, bob] = [await stage.tokenOf('alice'), await stage.tokenOf('bob')]
    expect(await stage.statusOf(alice)).toBe(200)
    expect(await stage.statusOf(bob)).toBe(200)
    userOf(stage.logto, 'alice').isSuspended = true
    await expect.poll(() => stage.statusOf(alice), soon).toBe(401)
    expect(await stage.statusOf(bob)).toBe(200)
    expect(stage.said('some are cut off')).toMatchObject([{ users: 1, why: 'suspended' }])
  })

  test('ends the access of a user who was deleted', async () => {
    const stage = await pollingStage()
    const alice = await stage.tokenOf('alice')
    expect(await stage.statusOf(alice)).toBe(200)
    stage.logto.data.users = stage.logto.data.users.filter(({ username }) => username !== 'alice')
    await expect.poll(() => stage.statusOf(alice), soon).toBe(401)
  })

  test('ends tokens from before a role was taken away, and takes those from after', async () => {
    const stage = await pollingStage()
    const alice = await stage.tokenOf('alice')
    expect(await stage.statusOf(alice)).toBe(200)
    await rounds(stage, 2)
    expect(await stage.statusOf(alice)).toBe(200)
    userOf(stage.logto, 'alice').roles = ['My role']
    await expect.poll(() => stage.statusOf(alice), soon).toBe(401)
    await expect.poll(async () => stage.statusOf(await stage.tokenOf('alice')), soon).toBe(200)
    await rounds(stage, 2)
    expect(stage.said('some are cut off')).toHaveLength(1)
  })

  test('cuts nobody off who got a role', async () => {
    const stage = await pollingStage()
    userOf(stage.logto, 'alice').roles = ['My role']
    const alice = await stage.tokenOf('alice')
    expect(await stage.statusOf(alice)).toBe(200)
    await rounds(stage, 2)
    userOf(stage.logto, 'alice').roles = ['My role', 'Writer']
    await rounds(stage, 2)
    expect(await stage.statusOf(alice)).toBe(200)
  })

  test('ends an open stream of a user who makes no request any more', async () => {
    const stage = await pollingStage()
    const token = await stage.tokenOf('alice')
    const stream = connect(stage.gateway.port, '127.0.0.1')
    onTestFinished(() => void stream.destroy())
    let text = ''
    let ended = false
    stream.on('data', (chunk) => {
      text += String(chunk)
    })
    stream
      .on('error', () => {})
      .on('close', () => {
        ended = true
      })
    stream.write(
      `GET /events HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    )
    await expect.poll(() => text).toContain('data: 1')
    await rounds(stage, 3)
    expect(ended).toBe(false)
    userOf(stage.logto, 'alice').isSuspended = true
    await expect.poll(() => ended, soon).toBe(true)
  })

  test('looks at memberships and roles in organizations where an API has them', async () => {
    const organization = { id: 'org1', name: 'One', members: { '7q6j4duell21': ['admin'] } }
    for (const change of [{}, { '7q6j4duell21': [] }]) {
      const stage = await pollingStage({
        api: ', organizations: true',
        route: '{ scopes: read, organization: any }',
      })
      stage.logto.data.organizationRoles = [{ name: 'admin', scopes: [], permissions: {} }]
      stage.logto.data.organizations = [{ ...organization }]
      const alice = await stage.tokenOf('alice')
      expect(await stage.statusOf(alice)).toBe(200)
      await rounds(stage, 2)
      stage.logto.data.organizations = [{ ...organization, members: change }]
      await expect.poll(() => stage.statusOf(alice), soon).toBe(401)
    }
  })

  test('asks for all workers at once, and each refuses', async () => {
    const stage = await pollingStage({ workers: 2 })
    const alice = await stage.tokenOf('alice')
    expect(await stage.statusOf(alice)).toBe(200)
    userOf(stage.logto, 'alice').isSuspended = true
    await expect.poll(() => stage.statusOf(alice), soon).toBe(401)
    const statuses = await Promise.all(Array.from({ length: 8 }, () => stage.statusOf(alice)))
    expect(statuses).toEqual(Array(8).fill(401))
  })

  test('goes on through an outage, of which one line tells, and is up to date after it', async () => {
    const stage = await pollingStage()
    const alice = await stage.tokenOf('alice')
    expect(await stage.statusOf(alice)).toBe(200)
    stage.logto.management.fault = () => ({
      reply: { status: 500, body: { message: 'Internal server error.' } },
    })
    await expect.poll(() => stage.said('could not be asked about users').length, soon).toBe(1)
    const asked = stage.calls().length
    userOf(stage.logto, 'alice').isSuspended = true
    await expect.poll(() => stage.calls().length, soon).toBeGreaterThan(asked + 1)
    expect(await stage.statusOf(alice)).toBe(200)
    stage.logto.management.fault = undefined
    await expect.poll(() => stage.statusOf(alice), soon).toBe(401)
    expect(stage.said('could not be asked about users')).toHaveLength(1)
    await expect.poll(() => stage.said('can be asked about users again').length, soon).toBe(1)
    expect(JSON.stringify(stage.gateway.logs())).not.toContain(managementAccount.secret)
  })

  test('leaves Logto alone for as long as its 429 says', async () => {
    const stage = await pollingStage()
    expect(await stage.statusOf(await stage.tokenOf('alice'))).toBe(200)
    stage.logto.management.fault = () => ({ reply: { status: 429, headers: { 'retry-after': '30' } } })
    await expect.poll(() => stage.calls().length, soon).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 2500))
    expect(stage.calls()).toHaveLength(1)
  })

  test('takes no page in front of Logto for a deleted user', async () => {
    const stage = await pollingStage()
    const alice = await stage.tokenOf('alice')
    expect(await stage.statusOf(alice)).toBe(200)
    stage.logto.management.fault = ({ path }) =>
      path === 'users'
        ? { reply: { status: 200, body: [] } }
        : { reply: { status: 404, text: '<h1>Not Found</h1>' } }
    await expect.poll(() => stage.said('could not be asked about users').length, soon).toBe(1)
    expect(await stage.statusOf(alice)).toBe(200)
  })

  test('believes nobody to be another user', async () => {
    const stage = await pollingStage()
    const alice = await stage.tokenOf('alice')
    expect(await stage.statusOf(alice)).toBe(200)
    stage.logto.management.fault = ({ path }) => ({
      reply: { status: 200, body: path === 'users' ? [] : { id: 'someone', isSuspended: true } },
    })
    await expect.poll(() => stage.said('could not be asked about users').length, soon).toBe(1)
    expect(await stage.statusOf(alice)).toBe(200)
  })

  test('asks nobody while nobody was here, and nothing before it is configured', async () => {
    const stage = await pollingStage({ poll: '' })
    expect(await stage.statusOf(await stage.tokenOf('alice'))).toBe(200)
    stage.reload('1s')
    await expect.poll(() => stage.said('configuration loaded').length, soon).toBe(1)
    expect(stage.calls()).toEqual([])
    const alice = await stage.tokenOf('alice')
    expect(await stage.statusOf(alice)).toBe(200)
    await rounds(stage, 1)
    stage.reload('')
    await expect.poll(() => stage.said('configuration loaded').length, soon).toBe(2)
    const asked = stage.calls().length
    await new Promise((resolve) => setTimeout(resolve, 2500))
    expect(stage.calls().length).toBeLessThanOrEqual(asked + 1)
  })

  test('remembers over a reload what users held', async () => {
    const stage = await pollingStage()
    const alice = await stage.tokenOf('alice')
    expect(await stage.statusOf(alice)).toBe(200)
    await rounds(stage, 2)
    userOf(stage.logto, 'alice').roles = ['My role']
    stage.reload('2s')
    await expect.poll(() => stage.statusOf(alice), soon).toBe(401)
  })

  test('stops with the gateway, also in the middle of a round', async () => {
    const stage = await pollingStage()
    expect(await stage.statusOf(await stage.tokenOf('alice'))).toBe(200)
    await rounds(stage, 1)
    stage.logto.faults.delayMs = 60_000
    const startedMs = performance.now()
    stage.gateway.child.kill('SIGTERM')
    expect(await stage.gateway.exited).toBe(0)
    expect(performance.now() - startedMs).toBeLessThan(4000)
  })
})
