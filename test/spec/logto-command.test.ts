import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { emptyData, managementAccount } from '../../src/dev/logto/data.ts'
import { cli, spawnCli, temporaryFolder } from '../support/process.ts'
import { applyTo, contentOf, logtoOf, startTenant, storyFile } from '../support/tenant.ts'

function writeFile(yaml: string): string {
  const file = join(temporaryFolder(), 'gateway.yaml')
  writeFileSync(file, yaml)
  return file
}

async function run(...args: string[]): Promise<{ status: unknown; output: string }> {
  const { exited, output } = spawnCli(['logto', ...args])
  return { status: await exited, output: output() }
}

describe('scopegate logto', () => {
  test('plan says 2, apply does it, plan says 0, and the names of applications stand for their ids', async () => {
    const tenant = await startTenant()
    const file = writeFile(storyFile(tenant.origin).replace('  routes:', '  clients: [ChatGPT]\n    routes:'))
    const { output: before } = await check(file)
    expect(before).toContain('no id in gateway.logto.json yet: run scopegate logto apply')
    const planned = await run('plan', file)
    expect(planned).toMatchObject({
      status: 2,
      output: expect.stringContaining('+ permission write of Todo API\n'),
    })
    expect(planned.output).toContain('+ gateway.logto.json: the ids\n')
    const { status, output } = await run('apply', file, '--yes')
    expect(output).toMatch(/done: 17 changes\nsecrets: in the console, Applications → ChatGPT/)
    expect(status).toBe(0)
    expect(await run('plan', file)).toEqual({ status: 0, output: 'nothing to do\n' })
    const lock = JSON.parse(readFileSync(file.replace('.yaml', '.logto.json'), 'utf8'))
    const chatgpt = tenant.data.applications.find(({ name }) => name === 'ChatGPT')
    expect(lock).toMatchObject({ endpoint: tenant.origin, applications: { ChatGPT: chatgpt?.id } })
    expect((await check(file)).status).toBe(0)
  })

  test('plan --json says the same to programs, and --prune what would be taken away', async () => {
    const tenant = await startTenant()
    const file = writeFile(storyFile(tenant.origin))
    await run('apply', file, '--yes')
    tenant.data.roles
      .find(({ name }) => name === 'My role')
      ?.permissions['https://api.example.com/']?.push('write')
    expect((await run('plan', file)).status).toBe(0)
    const { status, output } = await run('plan', file, '--json', '--prune')
    expect(JSON.parse(output)).toEqual({
      changes: [{ sign: '-', text: 'role My role: write of https://api.example.com/' }],
      faults: [],
    })
    expect(status).toBe(2)
  })

  test('a fault of the plan is 1, and apply changes nothing then', async () => {
    const tenant = await startTenant(emptyData('bob'))
    const file = writeFile(storyFile(tenant.origin))
    const fault = 'user alice does not exist: users are made in the console, never here\n'
    expect(await run('plan', file)).toMatchObject({ status: 1, output: expect.stringContaining(fault) })
    expect(await run('apply', file, '--yes')).toEqual({ status: 1, output: fault })
    expect(tenant.management.calls.every(({ method }) => method === 'GET')).toBe(true)
  })

  test('apply refuses where nobody can be asked, and changes nothing', async () => {
    const tenant = await startTenant()
    const file = writeFile(storyFile(tenant.origin))
    const { status, output } = await run('apply', file)
    expect(output).toContain('nothing was changed: say --yes where nobody can be asked')
    expect(status).toBe(1)
    expect(tenant.management.calls.every(({ method }) => method === 'GET')).toBe(true)
    expect(existsSync(file.replace('.yaml', '.logto.json'))).toBe(false)
  })

  test('prints no secret, and writes each into a file of its owner alone with --secrets-dir', async () => {
    const tenant = await startTenant()
    const file = writeFile(storyFile(tenant.origin))
    const folder = join(temporaryFolder(), 'secrets')
    const { output } = await run('apply', file, '--yes', '--secrets-dir', folder)
    const { applications, hooks = [] } = tenant.data
    const secrets = [
      ...applications.flatMap(({ secret }) => secret ?? []),
      ...hooks.map((hook) => hook.signingKey),
    ]
    for (const secret of secrets) expect(output).not.toContain(secret)
    expect(readdirSync(folder).sort()).toEqual([
      'ChatGPT.secret',
      'Gateway.secret',
      'Nightly-job.secret',
      'Partner.secret',
      'webhook.key',
    ])
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(folder, 'webhook.key'), 'utf8')).toBe(hooks[0]?.signingKey)
  })

  test('works before the secrets of the file exist, and needs its own', async () => {
    const tenant = await startTenant()
    const yaml = storyFile(tenant.origin)
    const later = yaml.replace(
      '  routes:',
      '  authorization: "Basic ${NOT_YET}"\n    clients: [ChatGPT]\n    routes:',
    )
    expect((await run('plan', writeFile(later))).status).toBe(2)
    const own = yaml.replace(managementAccount.secret, '"${LOGTO_SECRET_OF_NOBODY}"')
    expect(await run('plan', writeFile(own))).toMatchObject({
      status: 1,
      output: expect.stringContaining('the variable LOGTO_SECRET_OF_NOBODY is unset'),
    })
  })

  test('prints a fault with the call and the mend, and nothing of what a refused token holds', async () => {
    const tenant = await startTenant()
    const file = writeFile(storyFile(tenant.origin))
    const data = { claims: { sub: 'claims-of-the-token' } }
    const body = { code: 'auth.unauthorized', message: 'Unauthorized.', data }
    tenant.management.fault = () => ({ reply: { status: 401, body } })
    const { status, output } = await run('plan', file)
    expect(output).toBe(
      'GET /api/resources?includeScopes=true: 401 auth.unauthorized Unauthorized.: the token is refused: ' +
        'do logto.endpoint and logto.resource belong to one tenant?\n',
    )
    expect(status).toBe(1)
  })

  test('doctor says healthy, or what is not', async () => {
    const tenant = await startTenant()
    const yaml = storyFile(tenant.origin).replace('POST: write', 'POST: read')
    const file = writeFile(yaml)
    await run('apply', file, '--yes')
    expect(await run('doctor', file)).toEqual({ status: 0, output: 'healthy\n' })
    tenant.data.users[0]?.roles.pop()
    expect(await run('doctor', file)).toMatchObject({
      status: 1,
      output: 'fault: missing: user alice: role My role: run scopegate logto apply\n',
    })
  })
})

describe('scopegate logto doctor --token -', () => {
  /** With the token on standard input, where no other user of the machine sees it. */
  async function report(file: string, token: string) {
    const child = spawn(process.execPath, [cli, 'logto', 'doctor', file, '--token', '-'])
    child.stdin.end(`Bearer ${token}\n`)
    const [output, [status]] = await Promise.all([child.stdout.toArray(), once(child, 'close')])
    return { status, output: output.join('') }
  }

  test('says route by route what a token may do, and why not', async () => {
    const tenant = await startTenant()
    const file = writeFile(storyFile(tenant.origin))
    const nowSeconds = Math.floor(Date.now() / 1000)
    const claims = {
      ...{
        iss: tenant.issuer,
        aud: 'https://api.example.com/',
        sub: 'alice-id-0001',
        client_id: 'app',
        jti: 'x',
      },
      ...{ iat: nowSeconds, exp: nowSeconds + 600, scope: 'read' },
    }
    const { status, output } = await report(file, await tenant.mint(claims))
    expect(output).toMatch(/^todo: GET HEAD \/todos: yes\ntodo: POST \/todos: no: .*write/)
    expect(status).toBe(0)
    const opaque = await report(file, 'l8m_c7u_CtrTe5RoPxr_f2AK1ZAAMee3jcUGaKi8bFZ')
    expect(opaque.output).toMatch(/todo: POST \/todos: no: .*opaque/i)
    expect(opaque.status).toBe(1)
  })
})

describe('apply that is killed', () => {
  test('at any of its calls leaves a tenant from which the next run comes to the same', async () => {
    const whole = await startTenant()
    await applyTo(logtoOf(storyFile(whole.origin)))
    const writes = whole.management.calls.filter(({ method }) => method !== 'GET').length
    for (let cut = 0; cut < writes; cut++) {
      const data = emptyData('alice', 'bob')
      const tenant = await startTenant(data)
      const file = writeFile(storyFile(tenant.origin))
      const { child, exited } = spawnCli(['logto', 'apply', file, '--yes'])
      let count = 0
      tenant.management.fault = ({ method }) => {
        if (method !== 'GET' && count++ === cut) child.kill('SIGKILL')
        return undefined
      }
      expect(await exited).toBe('SIGKILL')
      tenant.management.fault = undefined
      expect((await run('apply', file, '--yes')).status).toBe(0)
      expect(contentOf(data)).toEqual(contentOf(whole.data))
      expect((await run('plan', file)).status).toBe(0)
    }
  }, 60_000)
})

async function check(file: string): Promise<{ status: unknown; output: string }> {
  const { exited, output } = spawnCli(['check', file])
  return { status: await exited, output: output() }
}
