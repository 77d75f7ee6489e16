import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sendRaw } from '../support/raw.ts'
import { createStage, guarding } from '../support/stage.ts'

const open = (more = '') => guarding('/**: public', more)
const get = (path = '/', headers = '') =>
  `GET ${path} HTTP/1.1\r\nHost: a.test\r\n${headers}Connection: close\r\n\r\n`

describe('a greedy client', () => {
  test.each([
    ['too many header fields', get('/', 'X: 1\r\n'.repeat(99)), 'headerCount: 100', 431, 'headers_too_large'],
    [
      'header fields of too many bytes',
      get('/', `X: ${'a'.repeat(5000)}\r\n`),
      'headerBytes: 4KiB',
      431,
      'headers_too_large',
    ],
    ['too long a target', get(`/${'a'.repeat(1100)}`), 'targetBytes: 1KiB', 414, 'target_too_long'],
    ['another expectation', get('/', 'Expect: 200-ok\r\n'), '', 417, 'expectation_failed'],
    ['two expectations', get('/', 'Expect: 100-continue, foo\r\n'), '', 417, 'expectation_failed'],
    [
      'HTTP/2.0 in HTTP/1 clothes',
      'GET / HTTP/2.0\r\nHost: a.test\r\n\r\n',
      '',
      505,
      'version_not_supported',
    ],
    ['HTTP/0.9', 'GET /\r\n\r\n', '', 400, 'malformed_request'],
    ['CONNECT', 'CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n\r\n', '', 400, 'ambiguous_target'],
  ])('with %s is refused in the words of a problem', async (_name, bytes, limits, status, code) => {
    const stage = await createStage(open(limits === '' ? '' : `limits: { ${limits} }`))
    const answer = await sendRaw(stage.gateway.port, bytes)
    expect(answer.text).toContain(`"code":"${code}"`)
    expect(answer.status).toBe(status)
    expect(answer.closed).toBe(true)
    await expect
      .poll(() => stage.gateway.logs.find(({ msg }) => msg === 'request'))
      .toMatchObject({ status, code })
    expect(stage.upstream.received()).toBe('')
  })

  test.each([
    ['headerCount: 100', get('/', 'X: 1\r\n'.repeat(99)), 'more than 100 header fields (limits.headerCount)'],
    ['targetBytes: 1KiB', get(`/${'a'.repeat(1100)}`), 'longer than 1KiB (limits.targetBytes)'],
    [
      'bodyBytes: 1MiB',
      'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1048577\r\n\r\n',
      'larger than 1MiB (limits.bodyBytes)',
    ],
  ])('is told the limit %s and its key', async (limits, bytes, detail) => {
    const stage = await createStage(open(`limits: { ${limits} }`))
    expect((await sendRaw(stage.gateway.port, bytes)).text).toContain(detail)
  })

  test('is served up to each limit', async () => {
    const stage = await createStage(open('limits: { headerCount: 100, targetBytes: 1KiB }'))
    expect((await sendRaw(stage.gateway.port, get('/', 'X: 1\r\n'.repeat(98)))).status).toBe(200)
    expect((await sendRaw(stage.gateway.port, get(`/${'a'.repeat(1023)}`))).status).toBe(200)
  })

  test('beyond limits.connections is turned away, and the log says so', async () => {
    const stage = await createStage(open('limits: { connections: 2 }'))
    const held = await Promise.all(
      [1, 2].map(async () => {
        const socket = connect(stage.gateway.port, '127.0.0.1')
        onTestFinished(() => void socket.destroy())
        await once(socket, 'connect')
        return socket
      }),
    )
    await expect.poll(async () => (await sendRaw(stage.gateway.port, get())).closed).toBe(true)
    await expect.poll(() => stage.gateway.logText()).toContain('limits.connections')
    for (const socket of held) socket.destroy()
    await expect.poll(async () => (await sendRaw(stage.gateway.port, get())).status).toBe(200)
  })
})

describe('a slow client', () => {
  test.each(['GET / HTTP/1.1\r\nHost: a.test\r\n', 'GET /', ''])(
    'whose head stops after %j is answered 408 or closed',
    async (bytes) => {
      const stage = await createStage(open('timeouts: { head: 300ms }'))
      const answer = await sendRaw(stage.gateway.port, bytes, 5000)
      expect(answer.closed).toBe(true)
      if (bytes !== '') {
        expect(answer.status).toBe(408)
        expect(answer.text).toContain('request_timeout')
      }
    },
  )

  test('that drips a byte at a time does not outlive timeouts.head', async () => {
    const stage = await createStage(open('timeouts: { head: 500ms }'))
    const socket = connect(stage.gateway.port, '127.0.0.1')
    socket.on('error', () => {})
    const dripping = setInterval(() => socket.writable && socket.write('X'), 50)
    onTestFinished(() => clearInterval(dripping))
    socket.write('GET / HTTP/1.1\r\nX: ')
    await new Promise((resolve) => socket.once('close', resolve))
  })
})

describe('pipelined requests', () => {
  test('are answered in order', async () => {
    const stage = await createStage(open(), (socket, text) => {
      const path = /.*GET (\S+)/s.exec(text)?.[1] ?? ''
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`)
    })
    const { text } = await sendRaw(
      stage.gateway.port,
      `GET /one HTTP/1.1\r\nHost: a.test\r\n\r\nGET /two HTTP/1.1\r\nHost: a.test\r\n\r\n${get('/three')}`,
    )
    expect(text.match(/\/one|\/two|\/three/g)).toEqual(['/one', '/two', '/three'])
  })

  test('a good one before garbage keeps its answer', async () => {
    const stage = await createStage(open())
    const { text } = await sendRaw(
      stage.gateway.port,
      'GET /x HTTP/1.1\r\nHost: a.test\r\n\r\nGARBAGE\r\n\r\n',
    )
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(text).not.toContain('malformed')
  })
})
