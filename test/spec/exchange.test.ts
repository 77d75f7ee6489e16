import { afterEach, describe, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { sendRaw } from '../support/raw.ts'
import { always, ok, type ScriptedUpstream, startUpstream } from '../support/upstream.ts'

const open: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.stop()
})

async function guard(
  script: Parameters<typeof startUpstream>[0],
  more = '',
  top = '',
): Promise<{ gateway: TestGateway; upstream: ScriptedUpstream }> {
  const upstream = await startUpstream(script)
  const gateway = await startGateway(`${top}
apis:
  a:
    resource: https://a.test/
    upstream: ${upstream.url}
    routes: { /**: public }
${more}`)
  open.push(upstream, gateway)
  return { gateway, upstream }
}

const answering = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const get = (path = '/x', headers = '') =>
  `GET ${path} HTTP/1.1\r\nHost: a.test\r\n${headers}Connection: close\r\n\r\n`

describe('a request on its way to the upstream', () => {
  test('arrives with its path and query as sent, end-to-end headers, Via, X-Forwarded-* and a request id', async () => {
    const { gateway, upstream } = await guard(always(ok))
    await sendRaw(
      gateway.port,
      get(
        '/x/caf%C3%A9?q=%2F&x',
        'Accept: a\r\nX-Drop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nX-Forwarded-For: 6.6.6.6\r\nX-Request-Id: abc\r\n',
      ).replace('Connection: close', 'Connection: close, X-Drop'),
    )
    const lines = upstream.received().split('\r\n')
    expect(lines[0]).toBe('GET /x/caf%C3%A9?q=%2F&x HTTP/1.1')
    expect(lines).toContain('Accept: a')
    expect(lines).toContain('Via: 1.1 scopegate')
    expect(lines).toContain('X-Forwarded-For: 127.0.0.1')
    expect(lines).toContain('X-Forwarded-Host: a.test')
    expect(lines).toContain('X-Forwarded-Proto: http')
    expect(lines).toContain('X-Request-Id: abc')
    expect(upstream.received()).not.toMatch(/X-Drop|Keep-Alive: 5|TE:|6\.6\.6\.6/i)
    expect(lines.filter((line) => /^host:/i.test(line))).toEqual([`host: 127.0.0.1:${upstream.port}`])
  })

  test('keeps a counted body counted and a chunked body chunked', async () => {
    const answer = (socket: Parameters<Parameters<typeof startUpstream>[0]>[0], text: string) => {
      if (text.endsWith('hello') || text.endsWith('0\r\n\r\n')) socket.write(ok)
    }
    const { gateway, upstream } = await guard(answer)
    await sendRaw(
      gateway.port,
      'POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
    )
    expect(upstream.received()).toMatch(/\r\nContent-Length: 5\r\n/i)
    expect(upstream.received()).not.toMatch(/transfer-encoding/i)
    await sendRaw(
      gateway.port,
      'DELETE /y HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    )
    const second = upstream.received().slice(upstream.received().indexOf('DELETE /y'))
    expect(second).toMatch(/transfer-encoding: chunked\r\n/i)
    expect(second).not.toMatch(/content-length/i)
    expect(second.endsWith('\r\n\r\n3\r\nabc\r\n0\r\n\r\n')).toBe(true)
  })

  test('asks for the body with 100 only when it is allowed', async () => {
    const { gateway } = await guard((socket, text) => {
      if (text.endsWith('hello')) socket.write(ok)
    })
    const head = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello`
    expect((await sendRaw(gateway.port, head('/x'), 400)).text).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/,
    )
    await gateway.stop()
  })

  test('is refused with 413 before anything goes upstream when it declares too large a body', async () => {
    const { gateway, upstream } = await guard(always(ok), '', 'limits: { bodyBytes: 1KiB }')
    const answer = await sendRaw(
      gateway.port,
      'POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 2000\r\n\r\nabc',
    )
    expect(answer.status).toBe(413)
    expect(answer.closed).toBe(true)
    expect(upstream.received()).toBe('')
  })

  test('is cut off upstream and answered 413 when a chunked body grows too large', async () => {
    const { gateway, upstream } = await guard(() => {}, '', 'limits: { bodyBytes: 1KiB }')
    const chunk = `400\r\n${'a'.repeat(0x400)}\r\n`
    const answer = await sendRaw(
      gateway.port,
      `POST /x HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`,
    )
    expect(answer.status).toBe(413)
    expect(answer.closed).toBe(true)
    if (upstream.connections > 0) await upstream.closed
    expect(upstream.received()).not.toContain('0\r\n\r\n')
  })

  test('is answered 408, and destroyed upstream, when its body stalls', async () => {
    const { gateway, upstream } = await guard(() => {}, '', 'timeouts: { idle: 200ms }')
    const answer = await sendRaw(
      gateway.port,
      'POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nabc',
    )
    expect(answer.status).toBe(408)
    expect(answer.closed).toBe(true)
    await upstream.closed
  })

  test('is aborted upstream when the client goes away', async () => {
    const { gateway, upstream } = await guard(() => {})
    await sendRaw(gateway.port, get(), 150)
    await upstream.closed
    await expect
      .poll(() => gateway.logs.find(({ msg }) => msg === 'request'))
      .toMatchObject({ status: 499, code: 'client_closed' })
  })

  test('never looks complete upstream when a later chunk is broken', async () => {
    const { gateway, upstream } = await guard(() => {})
    const { connect } = await import('node:net')
    const socket = connect(gateway.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST /x HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
    await expect.poll(() => upstream.received()).toContain('abc')
    socket.write('zz\r\n\r\n')
    await upstream.closed
    expect(upstream.received()).not.toContain('0\r\n\r\n')
    socket.destroy()
  })
})

describe('an answer on its way back', () => {
  test('loses hop-by-hop fields and the reason phrase, keeps the rest, and has one Date', async () => {
    const { gateway } = await guard(
      always(
        'HTTP/1.1 201 Fine\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nX-A: 1\r\nX-B: 2\r\nX-a: 3\r\nConnection: X-B, keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nok',
      ),
    )
    const { text } = await sendRaw(gateway.port, get())
    expect(text).toMatch(/^HTTP\/1\.1 201 Created\r\n/)
    expect(text.match(/Date:/g)).toHaveLength(1)
    expect(text).toContain('X-A: 1\r\n')
    expect(text).toContain('X-a: 3\r\n')
    expect(text).toContain('Via: 1.1 scopegate\r\n')
    expect(text).not.toMatch(/X-B|timeout=5/)
    expect(text.endsWith('\r\n\r\nok')).toBe(true)
  })

  test.each([0, 50])('keeps the bytes of its fields, when its body comes %i ms later', async (delayMs) => {
    const { gateway } = await guard((socket) => {
      socket.write(
        Buffer.from('HTTP/1.1 200 OK\r\nX-Name: caf\xe9 \xc3\xa9\r\nContent-Length: 3\r\n\r\n', 'latin1'),
      )
      setTimeout(() => socket.write(Buffer.from('\xe9!\xff', 'latin1')), delayMs)
    })
    const { text } = await sendRaw(gateway.port, get())
    expect(text).toContain('X-Name: caf\xe9 \xc3\xa9\r\n')
    expect(text.endsWith('\r\n\r\n\xe9!\xff')).toBe(true)
  })

  test('shows its head before its body comes', async () => {
    const { gateway } = await guard(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n'),
    )
    expect((await sendRaw(gateway.port, get(), 300)).status).toBe(200)
  })

  test.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', /Content-Length: 5\r\n/],
    ['GET', 'HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n', /^HTTP\/1\.1 204/],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n', /ETag: "x"/],
  ])('to %s has no body where HTTP has none: %j', async (method, answer, shape) => {
    const { gateway } = await guard(always(answer))
    const { text } = await sendRaw(gateway.port, get().replace('GET', method))
    expect(text).toMatch(shape)
    expect(text.split('\r\n\r\n')[1]).toBe('')
  })

  test('may be preceded by 103 Early Hints and 102 Processing', async () => {
    const { gateway } = await guard(
      always(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${ok}`),
    )
    expect((await sendRaw(gateway.port, get())).text).toMatch(/HTTP\/1\.1 200 OK/)
  })

  test('that breaks off closes the client connection, so that it cannot look complete', async () => {
    const { gateway } = await guard((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
      setTimeout(() => socket.destroy(), 50)
    })
    const answer = await sendRaw(gateway.port, get())
    expect(answer.text).toContain('abc')
    expect(answer.text).not.toContain('0\r\n\r\n')
    expect(answer.closed).toBe(true)
    await expect
      .poll(() => gateway.logs.find(({ msg }) => msg === 'request'))
      .toMatchObject({ status: 200, code: 'upstream_protocol', detail: expect.stringContaining('broke off') })
  })

  test('that stalls in the middle is cut after timeouts.idle', async () => {
    const { gateway } = await guard(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'),
      '',
      'timeouts: { idle: 200ms }',
    )
    const answer = await sendRaw(gateway.port, get())
    expect(answer.text.endsWith('abc')).toBe(true)
    expect(answer.closed).toBe(true)
  })

  test.each([
    ['garbage', 'SSH-2.0-x\r\n\r\n', 502, 'upstream_protocol'],
    [
      'an unsolicited 101',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      502,
      'upstream_protocol',
    ],
    [
      'a status that no client understands',
      'HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n',
      502,
      'upstream_protocol',
    ],
    [
      'a head that is too large',
      `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`,
      502,
      'upstream_protocol',
    ],
    [
      'two Content-Length',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      502,
      'upstream_protocol',
    ],
  ])('that is %s is 502', async (_name, bytes, status, code) => {
    const { gateway } = await guard(always(bytes))
    const answer = await sendRaw(gateway.port, get())
    expect(answer.status, answer.text).toBe(status)
    expect(answer.text).toContain(`"code":"${code}"`)
  })

  test('that does not come in time is 504', async () => {
    const { gateway } = await guard(() => {}, '', 'timeouts: { response: 200ms }')
    const answer = await sendRaw(gateway.port, get())
    expect(answer.status).toBe(504)
    expect(answer.text).toContain('upstream_timeout')
  })

  test('is asked for once more when the connection was reset before a byte, and only once', async () => {
    const { gateway, upstream } = await guard(
      (socket, _text, connection) => void (connection === 1 ? socket.destroy() : socket.write(ok)),
    )
    expect((await sendRaw(gateway.port, get())).status).toBe(200)
    expect(upstream.connections).toBe(2)
    const dead = await guard((socket) => void socket.destroy())
    expect((await sendRaw(dead.gateway.port, get())).status).toBe(502)
    expect(dead.upstream.connections).toBe(2)
  })

  test('is not asked for twice when the request had a body', async () => {
    const { gateway, upstream } = await guard((socket) => void socket.destroy())
    const answer = await sendRaw(
      gateway.port,
      'POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab',
    )
    expect(answer.status).toBe(502)
    expect(upstream.connections).toBe(1)
  })

  test('is 502 when nobody listens, and says so', async () => {
    const { gateway, upstream } = await guard(always(ok))
    await upstream.stop()
    const answer = await sendRaw(gateway.port, get())
    expect(answer.status).toBe(502)
    expect(answer.text).toContain('upstream_unreachable')
  })

  test('is 503 when the queue is full', async () => {
    const upstream = await startUpstream(() => {})
    const gateway = await startGateway(
      `apis: { a: { resource: https://a.test/, upstream: { url: "${upstream.url}", connections: 1, queue: 1 }, routes: { /**: public } } }`,
    )
    open.push(upstream, gateway)
    const waiting = [sendRaw(gateway.port, get(), 500), sendRaw(gateway.port, get(), 500)]
    await expect.poll(() => upstream.connections).toBe(1)
    const answer = await sendRaw(gateway.port, get())
    expect(answer.status).toBe(503)
    expect(answer.text).toMatch(/Retry-After: \d/)
    await Promise.all(waiting)
  })

  test('is asked for at each of several origins in turn, those that fail passed over until they are back', async () => {
    const origins = await Promise.all(['a', 'b'].map((name) => startUpstream(always(answering(name)))))
    const [a, b] = origins as [ScriptedUpstream, ScriptedUpstream]
    const gateway = await startGateway(
      `apis: { a: { resource: https://a.test/, upstream: ["${a.url}", "${b.url}"], routes: { /**: public } } }`,
    )
    open.push(b, gateway)
    const ask = async (times: number) => {
      const names: string[] = []
      for (let i = 0; i < times; i++) names.push((await sendRaw(gateway.port, get())).text.slice(-1))
      return names.sort().join('')
    }
    expect(await ask(6)).toBe('aaabbb')
    await a.stop()
    expect(await ask(6)).toBe('bbbbbb')
    const again = await startUpstream(always(answering('a')), a.port)
    open.push(again)
    await expect.poll(() => ask(4), { timeout: 8000 }).toBe('aabb')
  })

  test('of a second origin is taken when the first is down', async () => {
    const dead = await startUpstream(() => {})
    const alive = await startUpstream(always(ok))
    await dead.stop()
    const gateway = await startGateway(
      `apis: { a: { resource: https://a.test/, upstream: ["${dead.url}", "${alive.url}"], routes: { /**: public } } }`,
    )
    open.push(alive, gateway)
    for (let i = 0; i < 6; i++) expect((await sendRaw(gateway.port, get())).status).toBe(200)
  })
})
