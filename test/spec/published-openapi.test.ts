import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { spawnGateway, temporaryFolder } from '../support/process.ts'
import { operationsIn } from '../support/published.ts'
import { type Answer, call, createStage } from '../support/stage.ts'

const todos = `openapi: 3.1.0
info: { title: Todos, version: '1' }
paths:
  /todos:
    get: { operationId: listTodos, summary: "größe", responses: { '200': { description: The todos. } } }
    post: { operationId: addTodo, responses: { '201': { description: Added. } } }
`
const renamed = todos.replace('listTodos', 'allTodos')

function fileFor(document: string, more = ''): string {
  return `issuer: { logto: https://tenant.logto.app }
publicUrl: https://gw.example.com
apis:
  todo:
    resource: https://gw.example.com/
    upstream: http://127.0.0.1:9
    routes: { /todos: { GET: read, POST: write } }
chatgpt: { openapi: ${JSON.stringify(document)} }
${more}
`
}

/** A gateway that publishes these todos. */
async function createPublisher(more = '') {
  const document = join(temporaryFolder(), 'api.yaml')
  writeFileSync(document, todos)
  return createStage(fileFor(document, more))
}

const idsOf = ({ body }: Answer) =>
  operationsIn(JSON.parse(body)).map(({ operation }) => operation['operationId'])

describe('the document that ChatGPT gets', () => {
  test('is there in JSON and in YAML, for whoever asks, without a token', async () => {
    const stage = await createPublisher()
    const json = await stage.call('/openapi.json')
    expect(json.status).toBe(200)
    expect(json.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'max-age=300',
      etag: expect.stringMatching(/^"[\w-]{43}"$/),
      vary: 'Origin',
    })
    expect(json.headers['content-length']).toBe(String(Buffer.byteLength(json.body)))
    expect(json.body).toContain('"summary": "größe"')
    expect(idsOf(json)).toEqual(['listTodos', 'addTodo'])
    const yaml = await stage.call('/openapi.yaml')
    expect(yaml.headers['content-type']).toBe('application/yaml')
    expect(yaml.body).toContain('openapi: "3.1.0"\n')
    expect(yaml.headers.etag).not.toBe(json.headers.etag)
  })

  test.each([
    ['as it was', (tag: string) => tag],
    ['as a weak one', (tag: string) => `W/${tag}`],
    ['behind another', (tag: string) => `"other", ${tag}`],
    ['as any', () => '*'],
  ])('is not sent again to whoever has it: the tag %s', async (_, write) => {
    const stage = await createPublisher()
    const { headers } = await stage.call('/openapi.json')
    const again = await stage.call('/openapi.json', {
      headers: { 'If-None-Match': write(headers.etag ?? '') },
    })
    expect(again).toMatchObject({ status: 304, body: '' })
    expect(again.headers).toMatchObject({
      etag: headers.etag,
      'cache-control': 'max-age=300',
      vary: 'Origin',
    })
    expect(again.headers['content-length']).toBeUndefined()
  })

  test('is sent to whoever has another one', async () => {
    const stage = await createPublisher()
    const { headers } = await stage.call('/openapi.yaml')
    const answer = await stage.call('/openapi.json', { headers: { 'If-None-Match': headers.etag ?? '' } })
    expect(answer.status).toBe(200)
  })

  test('has a head of its own, and its length in the log is that of nothing', async () => {
    const stage = await createPublisher()
    const { headers } = await stage.call('/openapi.json')
    const head = await stage.call('/openapi.json', { method: 'HEAD' })
    expect(head).toMatchObject({ status: 200, body: '' })
    expect(head.headers['content-length']).toBe(headers['content-length'])
    expect(head.headers.etag).toBe(headers.etag)
    const line = stage.gateway.logs.filter(({ method }) => method === 'HEAD').at(-1)
    expect(line).toMatchObject({ route: '/openapi.json', status: 200, bytesOut: 0 })
  })

  test.each(['https://chatgpt.com', 'https://chat.openai.com'])(
    'may be read by pages of %s',
    async (origin) => {
      const stage = await createPublisher()
      const answer = await stage.call('/openapi.json', { headers: { Origin: origin } })
      expect(answer.headers['access-control-allow-origin']).toBe(origin)
      const preflight = { Origin: origin, 'Access-Control-Request-Method': 'GET' }
      const asked = await stage.call('/openapi.json', { method: 'OPTIONS', headers: preflight })
      expect(asked).toMatchObject({ status: 204, body: '' })
      expect(asked.headers).toMatchObject({
        'access-control-allow-origin': origin,
        allow: 'GET, HEAD, OPTIONS',
      })
    },
  )

  test('may not be read by pages of anybody else', async () => {
    const stage = await createPublisher()
    const answer = await stage.call('/openapi.json', { headers: { Origin: 'https://evil.example' } })
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('takes no other method, and no look-alike of its path', async () => {
    const stage = await createPublisher()
    const posted = await stage.call('/openapi.json', { method: 'POST' })
    expect(posted.status).toBe(405)
    expect(posted.headers.allow).toBe('GET, HEAD, OPTIONS')
    expect((await stage.call('/OpenAPI.json')).problem.code).toBe('ambiguous_target')
  })

  test('is published by every worker, and again when it changes', async () => {
    const folder = temporaryFolder()
    const document = join(folder, 'api.yaml')
    writeFileSync(document, todos)
    const gateway = await spawnGateway(fileFor(document, 'workers: 2'))
    const read = async () => idsOf(await call(gateway.port, '/openapi.json'))
    for (let i = 0; i < 4; i++) expect(await read()).toEqual(['listTodos', 'addTodo'])
    writeFileSync(document, renamed)
    await expect.poll(read, { timeout: 10_000 }).toEqual(['allTodos', 'addTodo'])
    for (let i = 0; i < 4; i++) expect(await read()).toEqual(['allTodos', 'addTodo'])
  })

  test('stays as it was while the document is faulty, and is there as soon as that is mended', async () => {
    const document = join(temporaryFolder(), 'api.yaml')
    writeFileSync(document, todos)
    const gateway = await spawnGateway(fileFor(document))
    const read = async () => idsOf(await call(gateway.port, '/openapi.json'))
    const refusals = () =>
      gateway.logs().filter(({ msg }) => String(msg).startsWith('configuration not loaded'))
    writeFileSync(document, 'openapi: 3.1.0\npaths: {}\n')
    await expect.poll(refusals, { timeout: 10_000 }).toHaveLength(1)
    expect(refusals()[0]?.['problem']).toMatch(/api\.yaml:2:1 the document has no operations/)
    expect(await read()).toEqual(['listTodos', 'addTodo'])
    writeFileSync(document, renamed)
    await expect.poll(read, { timeout: 10_000 }).toEqual(['allTodos', 'addTodo'])
  })

  test('follows a file that it refers to, also where that comes later', async () => {
    const document = join(temporaryFolder(), 'api.yaml')
    const withFile = todos.replace('paths:\n', 'paths:\n  /later: { $ref: ./later.yaml }\n')
    writeFileSync(document, withFile)
    const file = fileFor(document).replace('routes: {', 'routes: { /later: public,')
    const gateway = await spawnGateway(file)
    const read = async () => idsOf(await call(gateway.port, '/openapi.json'))
    expect(await read()).toEqual(['listTodos', 'addTodo'])
    writeFileSync(join(dirname(document), 'later.yaml'), 'get: { operationId: later }\n')
    await expect.poll(read, { timeout: 10_000 }).toEqual(['later', 'listTodos', 'addTodo'])
  })
})
