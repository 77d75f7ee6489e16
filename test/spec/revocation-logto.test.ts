import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { requestToken, signIn } from '../../src/dev/demo/sign-in.ts'
import {
  exampleData,
  exampleResource,
  type LogtoData,
  managementAccount,
  managementRole,
} from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { close, listen } from '../../src/dev/stand-in/listen.ts'
import { startGateway } from '../support/gateway.ts'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { spawnGateway, temporaryFolder } from '../support/process.ts'
import { call } from '../support/stage.ts'
import { openWebSocket } from '../support/websocket.ts'

const path = '/.scopegate/logto'
const [alice, bob] = ['7q6j4duell21', 'k2m8x0trv5ob']
const events = [
  ...['User.SuspensionStatus.Updated', 'User.Deleted', 'User.Data.Updated', 'PostResetPassword'],
  ...['Role.Deleted', 'Role.Scopes.Updated', 'Scope.Deleted', 'Organization.Membership.Updated'],
]

/** An API with an event stream at `/events` and a WebSocket at `/socket`. */
async function startApi(): Promise<string> {
  const { url, server } = await startHttpUpstream((request, response) => {
    if (request.url !== '/events') return void response.end('ok')
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('data: 1\n\n')
  })
  const sockets = new WebSocketServer({ server })
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate()
  })
  return url
}

type Tenant = {
  readonly logto: StandInLogto
  readonly yaml: (more?: string, top?: string) => string
  /** From now on, events are sent to this URL. */
  readonly sendTo: (url: string) => Promise<unknown>
}

/** A tenant with a webhook, and a file whose gateway knows the signing key of it. */
async function startTenant(data: LogtoData = exampleData()): Promise<Tenant> {
  const logto = await startStandInLogto({ data })
  onTestFinished(() => logto.close())
  const config = { url: 'http://127.0.0.1:1/' }
  const { body } = await logto.management.call('POST', 'hooks', { events, config })
  const { id, signingKey } = body as { id: string; signingKey: string }
  const api = await startApi()
  return {
    logto,
    yaml: (more = '', top = '') => `
issuer: { logto: "${logto.origin}" }
revocation: { webhook: { path: ${path}, signingKey: ${signingKey} }${more} }
${top}
apis:
  todo:
    resource: ${exampleResource}
    upstream: "${api}"
    routes: { /todos: read, /me: authenticated, /events: read, /socket: { scopes: read, websocket: true } }
`,
    sendTo: (url) => logto.management.call('PATCH', `hooks/${id}`, { config: { url } }),
  }
}

async function start() {
  const tenant = await startTenant()
  const gateway = await startGateway(tenant.yaml())
  onTestFinished(() => gateway.stop())
  await tenant.sendTo(`http://127.0.0.1:${gateway.port}${path}`)
  return { ...tenant, gateway }
}

/** Changes something at Logto, and waits until every event of it was delivered. */
async function change(logto: StandInLogto, method: string, at: string, body?: unknown): Promise<unknown> {
  const answer = await logto.management.call(method, at, body)
  expect(answer.status).toBeLessThan(300)
  await logto.webhooks.idle()
  return answer.body
}

const suspend = (logto: StandInLogto, isSuspended = true) =>
  change(logto, 'PATCH', `users/${alice}/is-suspended`, { isSuspended })

async function tokenOf(logto: StandInLogto, username = 'alice', scope = 'read'): Promise<string> {
  const password = `${username}-password`
  return (await signIn(logto, { username, password, scope, resource: exampleResource })).access_token
}

const statusOf = async (port: number, token: string, at = '/todos') =>
  (await call(port, at, { token })).status

/** The first thing of this kind in an answer of the Management API. */
const firstId = (list: unknown) => String((list as { id: string }[])[0]?.id)

describe('an access token from before', () => {
  test('a suspension is 401, and the user gets in again with a new one once that is over', async () => {
    const { logto, gateway } = await start()
    const token = await tokenOf(logto)
    expect(await statusOf(gateway.port, token)).toBe(200)
    await suspend(logto)
    const refused = await call(gateway.port, '/todos', { token })
    expect(refused.status).toBe(401)
    expect(refused.problem.detail).toMatch(/revoked/)
    await suspend(logto, false)
    expect(await statusOf(gateway.port, token)).toBe(401)
    const afterSignIn = async () => statusOf(gateway.port, await tokenOf(logto))
    await expect.poll(afterSignIn, { timeout: 5000 }).toBe(200)
    expect(await statusOf(gateway.port, token)).toBe(401)
  })

  test('the deletion of its user is 401', async () => {
    const { logto, gateway } = await start()
    const token = await tokenOf(logto)
    await change(logto, 'DELETE', `users/${alice}`)
    expect(await statusOf(gateway.port, token)).toBe(401)
  })

  test('a new password is 401, after a new name 200', async () => {
    const { logto, gateway } = await start()
    const token = await tokenOf(logto)
    await change(logto, 'PATCH', `users/${alice}`, { name: 'Alice B' })
    expect(await statusOf(gateway.port, token)).toBe(200)
    await change(logto, 'PATCH', `users/${alice}/password`, { password: 'another-password' })
    expect(await statusOf(gateway.port, token)).toBe(401)
  })

  test('a permission was taken from a role is 401, after one was added 200', async () => {
    const { logto, gateway } = await start()
    const token = await tokenOf(logto)
    const role = firstId((await logto.management.call('GET', 'roles?type=User')).body)
    const resources = (await logto.management.call('GET', 'resources?includeScopes=true')).body
    const [{ scopes } = { scopes: [] }] = resources as { scopes: { id: string; name: string }[] }[]
    const idOf = (name: string) => scopes.find((scope) => scope.name === name)?.id
    await change(logto, 'POST', `roles/${role}/scopes`, { scopeIds: [idOf('write')] })
    expect(await statusOf(gateway.port, token)).toBe(200)
    await change(logto, 'DELETE', `roles/${role}/scopes/${idOf('read')}`)
    expect(await statusOf(gateway.port, token)).toBe(401)
  })

  test('somebody left an organization is 401 for whoever left', async () => {
    const { logto, gateway } = await start()
    const tokens = [await tokenOf(logto), await tokenOf(logto, 'bob', 'profile read offline_access')]
    const made = await change(logto, 'POST', 'organizations', { name: 'One' })
    const users = `organizations/${firstId([made])}/users`
    await change(logto, 'POST', users, { userIds: [alice, bob] })
    const statuses = () => Promise.all(tokens.map((token) => statusOf(gateway.port, token, '/me')))
    expect(await statuses()).toEqual([200, 200])
    await change(logto, 'DELETE', `${users}/${alice}`)
    expect(await statuses()).toEqual([401, 200])
  })

  test('the deletion of a role or of a permission is 401 for everybody', async () => {
    for (const what of ['role', 'permission']) {
      const { logto, gateway } = await start()
      const token = await tokenOf(logto)
      const resource = firstId((await logto.management.call('GET', 'resources')).body)
      const scopes = `resources/${resource}/scopes`
      const at =
        what === 'role'
          ? `roles/${firstId((await logto.management.call('GET', 'roles?type=User')).body)}`
          : `${scopes}/${firstId((await logto.management.call('GET', scopes)).body)}`
      await change(logto, 'DELETE', at)
      expect(await statusOf(gateway.port, token)).toBe(401)
    }
  })

  test('a test from the console is 200', async () => {
    const { logto, gateway } = await start()
    const token = await tokenOf(logto)
    const hook = firstId((await logto.management.call('GET', 'hooks')).body)
    const config = { url: `http://127.0.0.1:${gateway.port}${path}` }
    const { status } = await logto.management.call('POST', `hooks/${hook}/test`, { events, config })
    expect(status).toBe(204)
    expect(await statusOf(gateway.port, token)).toBe(200)
  })
})

/** An open event stream. */
async function openEvents(port: number, token: string): Promise<IncomingMessage> {
  const headers = { Authorization: `Bearer ${token}` }
  const client = request({ port, host: '127.0.0.1', path: '/events', headers, agent: false })
  client.on('error', () => {}).end()
  onTestFinished(() => void client.destroy())
  const [response] = await once(client, 'response')
  return response.on('error', () => {}).resume()
}

describe('open streams of a suspended user', () => {
  test('end within a second, and those of others stay', async () => {
    const { logto, gateway } = await start()
    for (const user of logto.data.users) user.roles = ['My role']
    const token = await tokenOf(logto)
    const events = await openEvents(gateway.port, token)
    const socket = await openWebSocket(gateway.port, '/socket', { Authorization: `Bearer ${token}` })
    const others = await openEvents(gateway.port, await tokenOf(logto, 'bob'))
    const ended = Promise.all([once(events, 'close'), once(socket, 'close')])
    const beganMs = performance.now()
    await suspend(logto)
    await ended
    expect(performance.now() - beganMs).toBeLessThan(1000)
    expect(others.destroyed).toBe(false)
  })
})

describe('a delivery that comes by a redirect', () => {
  test('arrives as GET without its body, and is 405: nobody is cut off', async () => {
    const { logto, gateway, sendTo } = await start()
    const token = await tokenOf(logto)
    const moved = createServer((_, response) =>
      response.writeHead(302, { Location: `http://127.0.0.1:${gateway.port}${path}` }).end(),
    )
    const port = await listen(moved, 0, '127.0.0.1')
    onTestFinished(() => close(moved))
    await sendTo(`http://127.0.0.1:${port}/`)
    await suspend(logto)
    expect(gateway.logs).toContainEqual(expect.objectContaining({ route: path, method: 'GET', status: 405 }))
    expect(await statusOf(gateway.port, token)).toBe(200)
  })
})

describe('a role that lost a permission, with logto.management', () => {
  /** A tenant whose bob and whose machine have roles of their own. */
  async function startWithManagement() {
    const data = exampleData()
    const account = { ...managementAccount, name: 'Management', redirectUris: [] }
    data.applications.push({ ...account, type: 'MachineToMachine', roles: [managementRole] })
    data.roles.push({ name: 'Reader', permissions: { [exampleResource]: ['read'] } })
    for (const role of data.roles) if (role.name === 'Nightly job') role.type = 'MachineToMachine'
    for (const user of data.users) if (user.username === 'bob') user.roles = ['Reader']
    const tenant = await startTenant(data)
    const { id, secret } = managementAccount
    const gateway = await spawnGateway(
      tenant.yaml('', `logto: { management: { id: ${id}, secret: ${secret} } }`),
    )
    await tenant.sendTo(`http://127.0.0.1:${gateway.port}${path}`)
    const machine = { grant_type: 'client_credentials', resource: exampleResource, scope: 'read write' }
    const tokens = [
      await tokenOf(tenant.logto),
      await tokenOf(tenant.logto, 'bob'),
      (await requestToken(tenant.logto, 'nightly-job', machine)).access_token,
    ]
    return {
      statuses: () => Promise.all(tokens.map((token) => statusOf(gateway.port, token))),
      async takeRead(name: string) {
        const roles = (await tenant.logto.management.call('GET', 'roles?page_size=100')).body
        const role = (roles as { id: string; name: string }[]).find((one) => one.name === name)
        const scopes = (await tenant.logto.management.call('GET', `roles/${role?.id}/scopes`)).body
        await change(tenant.logto, 'DELETE', `roles/${role?.id}/scopes/${firstId(scopes)}`)
      },
    }
  }

  test('ends the access of the users who have it, and of nobody else', async () => {
    const { statuses, takeRead } = await startWithManagement()
    expect(await statuses()).toEqual([200, 200, 200])
    await takeRead('My role')
    expect(await statuses()).toEqual([401, 200, 200])
  })

  test('ends everybody’s where machines have it (hole: it ended nobody’s)', async () => {
    const { statuses, takeRead } = await startWithManagement()
    await takeRead('Nightly job')
    expect(await statuses()).toEqual([401, 401, 401])
  })
})

describe('two workers', () => {
  test('both refuse, whichever took the delivery, and after a restart too', async () => {
    const { logto, yaml, sendTo } = await startTenant()
    const full = yaml(`, file: ${join(temporaryFolder(), 'revocations.jsonl')}`, 'workers: 2')
    const gateway = await spawnGateway(full)
    await sendTo(`http://127.0.0.1:${gateway.port}${path}`)
    const token = await tokenOf(logto)
    const workersThatSay = (status: number) =>
      new Set(
        gateway
          .logs()
          .filter((line) => line['path'] === '/todos' && line['status'] === status)
          .map(({ worker }) => worker),
      ).size
    const ask = async (status: number) => {
      expect(await statusOf(gateway.port, token)).toBe(status)
      return workersThatSay(status)
    }
    await expect.poll(() => ask(200), { timeout: 10_000 }).toBe(2)
    await suspend(logto)
    await expect.poll(() => ask(401), { timeout: 10_000 }).toBe(2)
    gateway.child.kill('SIGTERM')
    expect(await gateway.exited).toBe(0)
    const again = await spawnGateway(full)
    expect(await statusOf(again.port, token)).toBe(401)
  })
})
