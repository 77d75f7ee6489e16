import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { spawnGateway, temporaryFolder } from '../support/process.ts'
import { sendRaw } from '../support/raw.ts'
import { type Call, createStage, type Stage } from '../support/stage.ts'
import { always, ok, startUpstream } from '../support/upstream.ts'
import { handshake } from '../support/websocket.ts'

const openAi = JSON.stringify({
  creationTime: '2026-11-01T00:00:00.000000',
  prefixes: [{ ipv4Prefix: '203.0.113.0/28' }, { ipv6Prefix: '2001:db8:1::/48' }],
})

/** A list in a file of its own. */
function listFile(text: string, name = 'connectors.json'): string {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, text)
  return file
}

const config = (file: string, more = '') => `
issuer: { url: ISSUER }
publicUrl: https://api.test
trustedProxies: [127.0.0.1]
${more}
apis:
  todo:
    resource: https://api.test/todo
    upstream: UPSTREAM
    hosts: [api.test]
    from: { file: ${JSON.stringify(file)} }
    cors: { origins: ["*"] }
    routes:
      /public: public
      /todos: read
      /socket: { public: true, websocket: true }
      /stream: public
  open:
    resource: https://open.test/
    upstream: UPSTREAM
    routes: { /public: public }
`

const inside = '203.0.113.7'
const outside = '203.0.113.77'

const ask = (stage: Stage, address: string, path = '/public', { headers, ...call }: Call = {}) =>
  stage.call(path, { ...call, headers: { Host: 'api.test', 'X-Forwarded-For': address, ...headers } })

describe('an API that names the networks of its clients', () => {
  test('answers clients of these, and refuses every other with 403', async () => {
    const stage = await createStage(config(listFile(openAi)))
    for (const address of [inside, '203.0.113.0', '203.0.113.15', '2001:db8:1::7', '2001:DB8:1:0::'])
      expect((await ask(stage, address)).status).toBe(200)
    for (const address of [outside, '203.0.113.16', '203.0.112.255', '2001:db8:2::', '127.0.0.1']) {
      const { status, problem, headers } = await ask(stage, address)
      expect([status, problem.code]).toEqual([403, 'address_not_allowed'])
      expect(headers['www-authenticate']).toBeUndefined()
    }
  })

  test('takes the peer itself where no proxy is trusted, whatever it claims', async () => {
    const stage = await createStage(config(listFile(openAi)).replace('trustedProxies: [127.0.0.1]', ''))
    expect((await ask(stage, inside)).status).toBe(403)
    const own = await createStage(config(listFile('127.0.0.1')).replace('trustedProxies: [127.0.0.1]', ''))
    expect((await ask(own, outside)).status).toBe(200)
  })

  test('refuses before route, method and token are looked at, and nothing reaches the upstream', async () => {
    const stage = await createStage(config(listFile(openAi)))
    const token = await stage.issuer.sign(stage.issuer.claims('https://api.test/todo'))
    const paths = ['/public', '/todos', '/nowhere', '/public?access_token=x', '/%2Fx', '/PUBLIC']
    for (const path of paths)
      for (const call of [{}, { token }, { token: 'a.b.c' }, { method: 'DELETE' }])
        expect((await ask(stage, outside, path, call)).problem.code).toBe('address_not_allowed')
    expect(stage.upstream.received()).toBe('')
    expect((await ask(stage, inside, '/todos', { token })).status).toBe(200)
    expect((await ask(stage, inside, '/todos')).status).toBe(401)
  })

  test('answers no preflight of others, and pages can read why', async () => {
    const stage = await createStage(config(listFile(openAi)))
    const headers = { Origin: 'https://app.test', 'Access-Control-Request-Method': 'GET' }
    expect((await ask(stage, inside, '/todos', { method: 'OPTIONS', headers })).status).toBe(204)
    const refused = await ask(stage, outside, '/todos', { method: 'OPTIONS', headers })
    expect([refused.status, refused.problem.code]).toEqual([403, 'address_not_allowed'])
    expect(refused.headers['access-control-allow-origin']).toBe('*')
  })

  test('takes no WebSocket of others', async () => {
    const stage = await createStage(config(listFile(openAi)))
    const request = handshake('/socket', `X-Forwarded-For: ${outside}\r\n`).replace(
      /Host: .*/,
      'Host: api.test',
    )
    const { status, text } = await sendRaw(stage.gateway.port, request)
    expect(status).toBe(403)
    expect(text).toContain('"code":"address_not_allowed"')
    expect(stage.upstream.received()).toBe('')
  })

  test('leaves other APIs and its own metadata to everybody', async () => {
    const stage = await createStage(config(listFile(openAi)))
    expect((await ask(stage, outside, '/public', { headers: { Host: 'open.test' } })).status).toBe(200)
    const metadata = '/.well-known/oauth-protected-resource/todo'
    expect((await ask(stage, outside, metadata)).status).toBe(200)
  })

  test('is not reached by another spelling of its path in an API that is open', async () => {
    const file = listFile(openAi)
    const stage = await createStage(`
trustedProxies: [127.0.0.1]
apis:
  closed:
    resource: https://a.test/
    path: /closed
    upstream: UPSTREAM
    from: { file: ${JSON.stringify(file)} }
    routes: { "/closed/**": public }
  open: { resource: https://b.test/, upstream: UPSTREAM, routes: { "/**": public } }
`)
    expect((await ask(stage, outside, '/other/x')).status).toBe(200)
    expect((await ask(stage, outside, '/closed/x')).problem.code).toBe('address_not_allowed')
    expect((await ask(stage, outside, '/Closed/x')).problem.code).toBe('ambiguous_target')
  })

  test('has the reason in the log, with the API and the address', async () => {
    const stage = await createStage(config(listFile(openAi)))
    await ask(stage, outside, '/todos')
    await expect
      .poll(() => stage.gateway.logs)
      .toContainEqual(
        expect.objectContaining({
          api: 'todo',
          status: 403,
          outcome: 'refuse',
          code: 'address_not_allowed',
          remote: outside,
        }),
      )
  })

  test('ends open streams of clients that a reload leaves out', async () => {
    const file = listFile(openAi)
    const stage = await createStage(
      config(file),
      always('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n'),
    )
    const streaming = ask(stage, inside, '/stream')
    await expect.poll(() => stage.upstream.received()).toContain('/stream')
    writeFileSync(file, '198.51.100.0/24')
    await stage.gateway.reload(stage.config(config(file)))
    expect((await streaming).body).toBe('data: 1\n\n')
    expect((await ask(stage, inside)).status).toBe(403)
  })
})

describe('the list of networks', () => {
  test.each([
    ['a JSON list', '["203.0.113.0/28", "198.51.100.7"]'],
    ['lines', '# ours\n203.0.113.0/28 # the office\n\n198.51.100.7\n'],
    ['lines of Windows', '\ufeff203.0.113.0/28\r\n198.51.100.7\r\n'],
    ['maps and texts', '{"prefixes":["203.0.113.0/28",{"ipv4Prefix":"198.51.100.7/32"}]}'],
  ])('may be %s', async (_, text) => {
    const stage = await createStage(config(listFile(text)))
    for (const address of [inside, '198.51.100.7']) expect((await ask(stage, address)).status).toBe(200)
    for (const address of [outside, '198.51.100.8']) expect((await ask(stage, address)).status).toBe(403)
  })

  test('is read again when its file changes, and stays in force when that cannot be read', async () => {
    const upstream = await startUpstream(always(ok))
    const yaml = `
apis:
  a: { resource: https://a.test/, upstream: ${upstream.url}, from: { file: list }, routes: { "/**": public } }
`
    const file = listFile('127.0.0.1', 'list')
    const gateway = await spawnGateway(yaml.replace('file: list', `file: ${file}`))
    const status = async () => (await fetch(`http://127.0.0.1:${gateway.port}/`)).status
    const said = (message: string) => gateway.logs().filter(({ msg }) => String(msg).includes(message))
    expect(await status()).toBe(200)
    writeFileSync(file, openAi)
    await expect.poll(status, { timeout: 5000 }).toBe(403)
    writeFileSync(file, '<html>Sign in to the hotel network</html>')
    await expect.poll(() => said('configuration not loaded'), { timeout: 5000 }).toHaveLength(1)
    expect(said('configuration not loaded')[0]?.['problem']).toContain('apis.a.from.file')
    expect(await status()).toBe(403)
    rmSync(file)
    gateway.child.kill('SIGHUP')
    await expect.poll(() => said('configuration not loaded'), { timeout: 5000 }).toHaveLength(2)
    expect(await status()).toBe(403)
    writeFileSync(file, '127.0.0.0/8')
    await expect.poll(status, { timeout: 5000 }).toBe(200)
    expect(dirname(gateway.file)).not.toBe(dirname(file))
    await upstream.stop()
  })
})
