import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { exampleResource, managementAccount } from '../../src/dev/logto/data.ts'
import { startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { createTestIssuer } from '../support/issuer.ts'
import { spawnCli, temporaryFolder } from '../support/process.ts'

async function checkOnline(yaml: string): Promise<{ status: unknown; output: string }> {
  const file = join(temporaryFolder(), 'gateway.yaml')
  writeFileSync(file, yaml)
  const { exited, output } = spawnCli(['check', '--online', file])
  return { status: await exited, output: output() }
}

async function testIssuer() {
  const issuer = await createTestIssuer()
  onTestFinished(() => issuer.close())
  return issuer
}

/** Takes connections and says nothing. Undefined: a port where nothing listens. */
async function port(listens = true): Promise<number> {
  const server: Server = createServer((socket) => void socket.on('error', () => {}).resume())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (listens) onTestFinished(() => void server.close())
  else await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

function configOf(issuer: string, upstream: string, routes = '{ /todos: read }'): string {
  const api = `{ resource: https://api.example.com/, upstream: ${upstream}, routes: ${routes} }`
  return `issuer: ${issuer}\napis: { todo: ${api} }\n`
}

describe('scopegate check --online', () => {
  test('says what answers', async () => {
    const issuer = await testIssuer()
    const upstream = `http://127.0.0.1:${await port()}`
    const { status, output } = await checkOnline(configOf(`{ url: ${issuer.url} }`, upstream))
    expect(output).toMatch(/no problems\n1 route: 1 by scope; scopes: read\n/)
    expect(output).toContain(`${issuer.url}: 1 key\n${upstream}: takes connections\n`)
    expect(status).toBe(0)
  })

  test('points at an upstream that nobody listens at, also at one of a route, each once', async () => {
    const issuer = await testIssuer()
    const dead = `http://127.0.0.1:${await port(false)}`
    const routes = `{ /a: { scopes: read, upstream: ${dead} }, /b: { scopes: read, upstream: ${dead} } }`
    const { status, output } = await checkOnline(
      configOf(`{ url: ${issuer.url} }`, `http://127.0.0.1:${await port()}`, routes),
    )
    expect(
      output.match(/apis\.todo\.routes\.\/a\.upstream: .* cannot be reached: nothing listens/g),
    ).toHaveLength(1)
    expect(output).not.toContain('/b.upstream')
    expect(output).toContain('1 error, 0 warnings')
    expect(status).toBe(1)
  })

  test('points at an upstream that does not speak TLS', async () => {
    const issuer = await testIssuer()
    const upstream = `https://127.0.0.1:${new URL(issuer.url).port}`
    const { status, output } = await checkOnline(configOf(`{ url: ${issuer.url} }`, upstream))
    expect(output).toMatch(/apis\.todo\.upstream: https:\/\/\S+ cannot be reached: /)
    expect(status).toBe(1)
  })

  test('points at an issuer whose discovery document names another one', async () => {
    const issuer = await testIssuer()
    issuer.metadata = { issuer: `${issuer.url}/` }
    const { status, output } = await checkOnline(
      configOf(`{ url: ${issuer.url} }`, `http://127.0.0.1:${await port()}`),
    )
    expect(output).toMatch(/ issuer\.url: .* names another issuer/)
    expect(status).toBe(1)
  })

  test('points at an issuer without a key that may be used', async () => {
    const issuer = await testIssuer()
    issuer.jwks = { keys: [] }
    const { status, output } = await checkOnline(
      configOf(`{ url: ${issuer.url} }`, `http://127.0.0.1:${await port()}`),
    )
    expect(output).toContain(
      'issuer.url: the key set of this issuer has no key that may verify access tokens',
    )
    expect(status).toBe(1)
  })

  test('points at an issuer that cannot be reached', async () => {
    const { status, output } = await checkOnline(
      configOf(`{ url: "http://127.0.0.1:${await port(false)}" }`, `http://127.0.0.1:${await port()}`),
    )
    expect(output).toMatch(/ issuer\.url: .*ECONNREFUSED/)
    expect(status).toBe(1)
  })

  test('asks nobody while the file has errors', async () => {
    const issuer = await testIssuer()
    const { status, output } = await checkOnline(
      configOf(`{ url: ${issuer.url} }`, `http://127.0.0.1:${await port()}`, '{ /todos: [read] }'),
    )
    expect(output).toContain('1 error, 0 warnings')
    expect(issuer.counts).toEqual({ discovery: 0, jwks: 0 })
    expect(status).toBe(1)
  })
})

describe('scopegate check --online, where opaque tokens are exchanged', () => {
  const client = (secret = 'gateway-secret-of-the-demo', id = 'gateway') => `{ id: ${id}, secret: ${secret} }`

  async function checkExchange(asking: string, more = '', mode = 'exchange') {
    const logto = await startStandInLogto()
    onTestFinished(() => logto.close())
    const upstream = `http://127.0.0.1:${await port()}`
    const api = `{ resource: ${exampleResource}, upstream: ${upstream}, clients: [chatgpt], routes: { /todos: read } }`
    const issuer = `issuer: { logto: "${logto.origin}", client: ${asking} }`
    const { status, output } = await checkOnline(
      `${issuer}\napis: { todo: ${api} }\ntokens: { opaque: ${mode} }\n${more}`,
    )
    return { status, output, logto }
  }

  test('says that the endpoints answer, and leaves nothing behind', async () => {
    const account = `{ id: ${managementAccount.id}, secret: ${managementAccount.secret} }`
    const { status, output } = await checkExchange(client())
    expect(output).toContain('/oidc: opaque tokens, by exchange\n')
    expect(status).toBe(0)
    const other = await checkExchange(client(), `logto: { management: ${account} }`)
    expect(other.output).toMatch(/logto\.management: .*400 invalid_client/)
    expect(other.status).toBe(1)
  })

  test('points at a secret that is wrong', async () => {
    const { status, output } = await checkExchange(client('another-secret-of-16-bytes'))
    expect(output).toMatch(/ issuer\.client: .*401.*invalid_client/)
    expect(output).not.toContain('another-secret')
    expect(status).toBe(1)
  })

  test('points at an application that may not exchange tokens', async () => {
    const { status, output } = await checkExchange(client('nightly-job-secret-of-the-demo', 'nightly-job'))
    expect(output).toMatch(/ issuer\.client: .*invalid_request|unauthorized_client/)
    expect(status).toBe(1)
  })

  test('points at nothing of the exchange where tokens are introspected alone', async () => {
    const asking = client('nightly-job-secret-of-the-demo', 'nightly-job')
    const { status, output } = await checkExchange(asking, '', 'introspect')
    expect(output).toContain('/oidc: opaque tokens, by introspect\n')
    expect(status).toBe(0)
  })
})
