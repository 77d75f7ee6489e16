import { createHmac } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { signIn } from '../../src/dev/demo/sign-in.ts'
import { exampleData, exampleResource, managementAccount, managementRole } from '../../src/dev/logto/data.ts'
import { startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { spawnGateway } from '../support/process.ts'
import { call } from '../support/stage.ts'

const key = 'the-signing-key-of-the-webhook'

async function webhookStage(workers: number) {
  const data = exampleData()
  data.applications.push({
    ...managementAccount,
    name: 'Management',
    type: 'MachineToMachine',
    redirectUris: [],
    roles: [managementRole],
  })
  data.roles.push({ name: 'Writer', permissions: { [exampleResource]: ['write'] } })
  for (const user of data.users) user.roles = user.username === 'alice' ? ['My role'] : ['Writer']
  const logto = await startStandInLogto({ data })
  onTestFinished(() => logto.close())
  const upstream = await startHttpUpstream((_, response) => void response.end('answer'))
  const gateway = await spawnGateway(`
workers: ${workers}
issuer: { logto: "${logto.origin}" }
logto: { management: { id: ${managementAccount.id}, secret: ${managementAccount.secret} } }
revocation: { webhook: { path: /hook, signingKey: ${key} } }
apis: { todo: { resource: "${exampleResource}", upstream: "${upstream.url}", routes: { /**: authenticated } } }
`)
  const { body } = await logto.management.call('GET', 'roles?page_size=100')
  const roles = body as { id: string; name: string }[] // The stand-in's own list.
  return {
    logto,
    tokenOf: async (username: string) =>
      (await signIn(logto, { username, password: `${username}-password`, scope: 'read write' })).access_token,
    statusOf: async (token: string) => (await call(gateway.port, '/x', { token })).status,
    /** Tells the gateway that this role has lost a permission. */
    async tellOf(name: string) {
      const id = roles.find((role) => role.name === name)?.id
      const event = {
        event: 'Role.Scopes.Updated',
        createdAt: new Date().toISOString(),
        method: 'DELETE',
        params: { id },
      }
      const text = JSON.stringify(event)
      const signature = createHmac('sha256', key).update(text).digest('hex')
      const headers = { 'logto-signature-sha-256': signature }
      return (await call(gateway.port, '/hook', { method: 'POST', body: text, headers })).status
    },
  }
}

test.each([1, 2])(
  'an event of a role ends the access of its users alone, with %i workers',
  async (workers) => {
    const stage = await webhookStage(workers)
    const [alice, bob] = [await stage.tokenOf('alice'), await stage.tokenOf('bob')]
    expect([await stage.statusOf(alice), await stage.statusOf(bob)]).toEqual([200, 200])
    expect(await stage.tellOf('My role')).toBe(204)
    expect([await stage.statusOf(alice), await stage.statusOf(bob)]).toEqual([401, 200])
  },
)

test('an event of a role ends the access of everybody when Logto does not say who has it', async () => {
  const stage = await webhookStage(1)
  const bob = await stage.tokenOf('bob')
  stage.logto.management.fault = () => ({ reply: { status: 503, body: {} } })
  expect(await stage.tellOf('My role')).toBe(204)
  expect(await stage.statusOf(bob)).toBe(401)
})
