import { describe, expect, test } from 'vitest'
import { createStage, guarding } from '../support/stage.ts'

const config = guarding('/todos: { GET: read, POST: write }\n/open: public').replace(
  'upstream:',
  'cors: { origins: ["https://app.test"], exposeHeaders: [X-Total], credentials: true, maxAge: 10m }\n    upstream:',
)
const Origin = 'https://app.test'
const preflight = { method: 'OPTIONS', headers: { Origin, 'Access-Control-Request-Method': 'POST' } }

describe('CORS', () => {
  test('preflights are answered by the gateway, without a token', async () => {
    const stage = await createStage(config)
    const { status, headers } = await stage.call('/todos', preflight)
    expect(status).toBe(204)
    expect(headers['access-control-allow-origin']).toBe(Origin)
    expect(headers['access-control-allow-credentials']).toBe('true')
    expect(headers['access-control-allow-methods']).toContain('POST')
    expect(headers['access-control-max-age']).toBe('600')
    expect(headers['vary']).toMatch(/Origin/)
    expect(stage.upstream.received()).toBe('')
  })

  test('an origin that is not on the list gets no permission', async () => {
    const stage = await createStage(config)
    for (const other of ['https://evil.test', 'https://app.test.evil.test', 'http://app.test', 'null']) {
      const { headers } = await stage.call('/todos', {
        ...preflight,
        headers: { ...preflight.headers, Origin: other },
      })
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('refusals carry the headers too, so that a browser may read why', async () => {
    const stage = await createStage(config)
    const { status, headers } = await stage.call('/todos', { headers: { Origin } })
    expect(status).toBe(401)
    expect(headers['access-control-allow-origin']).toBe(Origin)
  })

  test("the upstream's own headers are replaced", async () => {
    const stage = await createStage(config, (socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\nContent-Length: 2\r\n\r\nok',
      )
    })
    const allowed = await stage.call('/open', { headers: { Origin } })
    expect(allowed.headers['access-control-allow-origin']).toBe(Origin)
    expect(allowed.headers['access-control-expose-headers']).toBe('X-Total, WWW-Authenticate')
    const foreign = await stage.call('/open', { headers: { Origin: 'https://evil.test' } })
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined()
    expect(foreign.headers['access-control-allow-credentials']).toBeUndefined()
  })

  test('without it an OPTIONS request is like any other, and the upstream answers', async () => {
    const stage = await createStage(guarding('/open: public\n/todos: read'), (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nok')
    })
    expect((await stage.call('/open', preflight)).headers['access-control-allow-origin']).toBe('*')
    expect((await stage.call('/todos', preflight)).status).toBe(401)
  })
})
