import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { spawnGateway } from '../support/process.ts'
import { type Call, createStage, type Stage } from '../support/stage.ts'

const resource = 'https://api.test/todo'
const chatgpt = `
chatgpt:
  clients: [gpt1]
  redirectUris: [https://chatgpt.com/aip/g-1/oauth/callback]
`
const config = (top = chatgpt) => `
issuer: { url: ISSUER }
${top}
apis:
  todo:
    resource: ${resource}
    upstream: UPSTREAM
    routes: { /public: public, /todos: read, /admin: admin, /large: read, /slow: read }
`

const headers = { 'openai-conversation-id': 'conv-1', 'OpenAI-GPT-ID': 'g-abc123' }
const tokenOf = (stage: Stage, client_id = 'gpt1') =>
  stage.issuer.sign(stage.issuer.claims(resource, { client_id }))

/** The line of a request, once it is there. */
async function lineOf(stage: Stage, path: string, options: Call = {}): Promise<Record<string, unknown>> {
  const before = requestsIn(stage).length
  await stage.call(path, options)
  await expect.poll(() => requestsIn(stage).length).toBe(before + 1)
  return requestsIn(stage).at(-1) ?? {}
}

const requestsIn = (stage: Stage) => stage.gateway.logs.filter(({ msg }) => msg === 'request')

describe('the line of a request from ChatGPT', () => {
  test('says so by the client of the token, allowed or refused', async () => {
    const stage = await createStage(config())
    const token = await tokenOf(stage)
    expect(await lineOf(stage, '/todos', { token })).toMatchObject({ client: 'chatgpt', clientId: 'gpt1' })
    expect(await lineOf(stage, '/admin', { token })).toMatchObject({ client: 'chatgpt', status: 403 })
    expect(await lineOf(stage, '/todos', { token: await tokenOf(stage, 'app1') })).not.toHaveProperty(
      'client',
    )
    expect(await lineOf(stage, '/todos', { token: 'a.b.c', headers })).not.toHaveProperty('client')
    const claims = { headers: { ...headers, 'User-Agent': 'ChatGPT-User/1.0' } }
    expect(await lineOf(stage, '/public', claims)).not.toHaveProperty('client')
  })

  test('has the conversation and the GPT as they are claimed, and decides nothing by them', async () => {
    const stage = await createStage(config())
    const claimed = { conversation: 'conv-1', gpt: 'g-abc123' }
    expect(await lineOf(stage, '/public', { headers })).toMatchObject({ ...claimed, status: 200 })
    expect(await lineOf(stage, '/todos', { headers })).toMatchObject({ ...claimed, status: 401 })
    expect(await lineOf(stage, '/todos', { token: await tokenOf(stage), headers })).toMatchObject(claimed)
    const line = await lineOf(stage, '/public')
    expect(line).not.toHaveProperty('conversation')
    expect(line).not.toHaveProperty('gpt')
  })

  test('cuts them at 64 characters, and writes one that is no text of ASCII with ?', async () => {
    const stage = await createStage(config())
    const long = await lineOf(stage, '/public', { headers: { 'openai-conversation-id': 'x'.repeat(5000) } })
    expect(long['conversation']).toBe('x'.repeat(64))
    const odd = await lineOf(stage, '/public', { headers: { 'openai-gpt-id': 'a"\u00e4\t b\\' } })
    expect(odd['gpt']).toBe('a"???b\\')
    expect(await lineOf(stage, '/public', { headers: { 'openai-gpt-id': '' } })).not.toHaveProperty('gpt')
  })

  test('has none of it where the file does not speak of ChatGPT', async () => {
    const stage = await createStage(config(''))
    const line = await lineOf(stage, '/todos', { token: await tokenOf(stage), headers })
    for (const name of ['client', 'conversation', 'gpt']) expect(line).not.toHaveProperty(name)
  })
})

describe('log.pseudonymise', () => {
  const key = 'a-key-of-16-bytes-or-more'
  const hashed = (value: string) => createHmac('sha256', key).update(value).digest('hex').slice(0, 32)

  test('writes user, address, conversation and GPT as digests, and nothing else', async () => {
    const stage = await createStage(config(`${chatgpt}log: { pseudonymise: true, pseudonymKey: ${key} }`))
    const line = await lineOf(stage, '/todos', { token: await tokenOf(stage), headers })
    expect(line).toMatchObject({
      sub: hashed('user1'),
      remote: hashed('127.0.0.1'),
      conversation: hashed('conv-1'),
      gpt: hashed('g-abc123'),
      clientId: 'gpt1',
      client: 'chatgpt',
      path: '/todos',
    })
    expect(stage.gateway.logText()).not.toMatch(/user1|127\.0\.0\.1"|conv-1|abc123/)
    expect(stage.upstreamHeader('X-User-Id')).toBe('user1')
  })

  test('uses one key from start to stop without pseudonymKey, a reload and the lines of broken requests included', async () => {
    const yaml = config(`${chatgpt}log: { pseudonymise: true }`)
    const stage = await createStage(yaml)
    const first = await lineOf(stage, '/public')
    await stage.gateway.reload(stage.config(yaml))
    const second = await lineOf(stage, '/public')
    expect(first['remote']).toMatch(/^[0-9a-f]{32}$/)
    expect(second['remote']).toBe(first['remote'])
    expect(first['remote']).not.toBe(hashed('127.0.0.1'))
  })

  test('hashes alike in every worker, and otherwise after another start', async () => {
    const yaml = `
workers: 2
log: { pseudonymise: true }
apis: { a: { resource: https://a.test/, upstream: "http://127.0.0.1:9", routes: { /a: read } } }
issuer: { url: "http://127.0.0.1:9" }
`
    const remotes = async () => {
      const gateway = await spawnGateway(yaml)
      const lines = () => gateway.logs().filter(({ msg }) => msg === 'request')
      const seen = () => new Set(lines().map(({ worker }) => worker))
      await expect
        .poll(
          async () => {
            await fetch(`http://127.0.0.1:${gateway.port}/a`, { headers: { Connection: 'close' } })
            return seen().size
          },
          { timeout: 10_000 },
        )
        .toBe(2)
      return [...new Set(lines().map(({ remote }) => remote))]
    }
    const [first, second] = [await remotes(), await remotes()]
    expect(first).toHaveLength(1)
    expect(second).toHaveLength(1)
    expect(first).not.toEqual(second)
  })
})

describe('a response that ChatGPT cannot use', () => {
  const body = (text: string) =>
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  const warnings = (stage: Stage) =>
    stage.gateway.logs.filter(({ msg }) => String(msg).includes('100,000 characters'))

  test('is warned of once an hour and route, by characters and not by bytes', async () => {
    let text = 'x'.repeat(100_000)
    const stage = await createStage(config(), (socket) => void socket.end(body(text), 'utf8'))
    const call = { token: await tokenOf(stage) }
    await lineOf(stage, '/large', call)
    text = '\u00e4'.repeat(100_000)
    await lineOf(stage, '/large', call)
    expect(warnings(stage)).toEqual([])
    text = 'x'.repeat(100_001)
    await lineOf(stage, '/large', { token: await tokenOf(stage, 'app1') })
    expect(warnings(stage)).toEqual([])
    await lineOf(stage, '/large', call)
    await lineOf(stage, '/large', call)
    await lineOf(stage, '/todos', call)
    expect(warnings(stage)).toEqual([
      expect.objectContaining({ level: 'warn', api: 'todo', route: '/large', characters: 100_001 }),
      expect.objectContaining({ level: 'warn', api: 'todo', route: '/todos', characters: 100_001 }),
    ])
  })
})
