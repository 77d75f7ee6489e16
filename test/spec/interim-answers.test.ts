import { describe, expect, test } from 'vitest'
import { openConnection } from '../support/connection.ts'
import { responsesIn } from '../support/responses.ts'
import { call, createStage, guarding } from '../support/stage.ts'
import { ok } from '../support/upstream.ts'

const routes = guarding('/**: public', 'timeouts: { response: 4s }')

/** Every answer of the upstream is these bytes, once the request is whole. */
const stageAnswering = (bytes: string) =>
  createStage(routes, (socket, received) => {
    if (received.endsWith('\r\n\r\n') || received.endsWith('hello')) socket.write(bytes)
  })

const interim = (status: number, fields = '') => `HTTP/1.1 ${status} X\r\n${fields}\r\n`

describe('an interim answer of the upstream is relayed or dropped, and never fatal', () => {
  const before: [string, string][] = [
    ['100 Continue that nobody asked for', interim(100)],
    ['100 Continue with fields', interim(100, 'Server: x\r\n')],
    ['two of 100 Continue', interim(100) + interim(100)],
    ['102 Processing', interim(102)],
    ['103 Early Hints', interim(103, 'Link: </style.css>; rel=preload\r\n')],
    [
      '103 Early Hints twice and 102',
      interim(103, 'Link: </a>\r\n') + interim(103, 'Link: </b>\r\n') + interim(102),
    ],
    ['100 Continue and 103 Early Hints', interim(100) + interim(103, 'Link: </a>\r\n')],
    ['103 Early Hints and 100 Continue', interim(103, 'Link: </a>\r\n') + interim(100)],
    ['an interim status that nobody knows', interim(199)],
    ['103 with a Content-Length', interim(103, 'Content-Length: 5\r\n')],
  ]

  test.each(before)('%s, to GET', async (_name, bytes) => {
    const stage = await stageAnswering(bytes + ok)
    const client = await openConnection(stage.gateway.port)
    for (const turn of [1, 2]) {
      client.write('GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n')
      const finals = () => responsesIn(client.text()).filter(({ status }) => status >= 200)
      await expect.poll(() => finals().length, { timeout: 5000 }).toBe(turn)
      expect(finals().at(-1)).toMatchObject({ status: 200, body: 'ok', complete: true })
    }
  })

  test.each(before)('%s, to POST', async (_name, bytes) => {
    const stage = await stageAnswering(bytes + ok)
    expect(await stage.call('/x', { method: 'POST', body: 'hello' })).toMatchObject({
      status: 200,
      body: 'ok',
    })
    expect(stage.upstream.received().match(/POST /g)).toHaveLength(1)
  })

  test('100 Continue in pieces, a while before the answer', async () => {
    const stage = await createStage(routes, (socket, received) => {
      if (!received.endsWith('\r\n\r\n')) return
      socket.write('HTTP/1.1 100 ')
      setTimeout(() => socket.write('Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-'), 50)
      setTimeout(() => socket.write('Length: 2\r\n\r\nok'), 100)
    })
    expect(await stage.call('/x')).toMatchObject({ status: 200, body: 'ok' })
  })

  test('100 Continue of an upstream that sends it once only, to a request that may be asked again', async () => {
    const stage = await createStage(routes, (socket, received, connection) => {
      if (received.endsWith('\r\n\r\n')) socket.write(connection === 1 ? interim(100) + ok : ok)
    })
    expect(await stage.call('/x')).toMatchObject({ status: 200, body: 'ok' })
  })

  test('100 Continue when the client did ask for it: it is told once', async () => {
    const stage = await createStage(routes, (socket, received) => {
      if (received.endsWith('\r\n\r\n')) socket.write(interim(100))
      if (received.endsWith('hello')) socket.write(ok)
    })
    const client = await openConnection(stage.gateway.port)
    client.write('POST /x HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n')
    await expect.poll(client.text, { timeout: 3000 }).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n/)
    client.write('hello')
    await expect.poll(client.text, { timeout: 3000 }).toMatch(/HTTP\/1\.1 200/)
    expect(responsesIn(client.text()).map(({ status }) => status)).toEqual([100, 200])
  })

  test('and 100 Continue in lines without CR is 502: the body behind it never becomes the response', async () => {
    const stored = 'HTTP/1.1 201 Forged\r\nContent-Length: 5\r\n\r\nforge'
    const stage = await stageAnswering(
      `HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\r\nContent-Length: ${stored.length}\r\n\r\n${stored}`,
    )
    expect(await stage.call('/x')).toMatchObject({ status: 502, problem: { code: 'upstream_protocol' } })
  })

  test('and an unasked 101 stays what it is: 502', async () => {
    const stage = await stageAnswering(
      `${interim(101, 'Upgrade: websocket\r\nConnection: Upgrade\r\n')}${ok}`,
    )
    expect(await call(stage.gateway.port, '/x')).toMatchObject({
      status: 502,
      problem: { code: 'upstream_protocol' },
    })
  })
})
