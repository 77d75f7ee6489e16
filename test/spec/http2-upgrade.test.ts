import { describe, expect, test } from 'vitest'
import { sendRaw } from '../support/raw.ts'
import { createStage, guarding } from '../support/stage.ts'
import { ok } from '../support/upstream.ts'

const open = guarding('/**: { any: public }')
const askForHttp2 =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n'
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n${headers}\r\n`

describe('an upgrade to HTTP/2 (h2c) is ignored on every Node', () => {
  test('and the request served, without a word of it to the upstream', async () => {
    const stage = await createStage(open)
    const { text, closed } = await sendRaw(stage.gateway.port, get('/1', askForHttp2), 400)
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text).toMatch(/^Connection: keep-alive\r$/m)
    expect(closed).toBe(false)
    expect(stage.upstream.received()).not.toMatch(/^(?:upgrade|http2-settings):/im)
  })

  test('with a body too', async () => {
    const stage = await createStage(open, (socket, received) => {
      if (received.endsWith('abc')) socket.write(ok)
    })
    const head = `POST /1 HTTP/1.1\r\nHost: a.test\r\n${askForHttp2}Content-Length: 3\r\n\r\n`
    const { text } = await sendRaw(stage.gateway.port, `${head}abc`)
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(stage.upstream.received()).toMatch(/\r\n\r\nabc$/)
  })

  test('and no request behind it is lost', async () => {
    const stage = await createStage(open)
    const bytes = get('/1', askForHttp2) + get('/2')
    const { text } = await sendRaw(stage.gateway.port, bytes, 600)
    expect(text.match(/HTTP\/1\.1 200 /g)).toHaveLength(2)
    expect(stage.upstream.received()).toContain('/2')
  })

  test('but CONNECT is refused with it as without', async () => {
    const stage = await createStage(open)
    const bytes = `CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n${askForHttp2}\r\n`
    expect((await sendRaw(stage.gateway.port, bytes)).status).toBe(400)
  })
})
