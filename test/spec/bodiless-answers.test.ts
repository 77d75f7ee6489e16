import { Agent, request } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openConnection } from '../support/connection.ts'
import { fieldOf, responsesIn } from '../support/responses.ts'
import { createStage, guarding } from '../support/stage.ts'
import { ok } from '../support/upstream.ts'

const ask = (method: string, path: string) => `${method} ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`

/** An upstream that answers `/first` with these bytes, and everything else with a small body. */
function answeringFirst(bytes: string) {
  return createStage(guarding('/**: public', 'timeouts: { response: 4s, idle: 4s }'), (socket, received) => {
    if (!received.endsWith('\r\n\r\n')) return
    const last = received.slice(received.lastIndexOf(' /'))
    socket.write(last.startsWith(' /first') ? bytes : ok)
  })
}

/** A status line and fields, and what stands behind them. */
const answer = (status: number, fields: string, body = '') => `HTTP/1.1 ${status} X\r\n${fields}\r\n${body}`

describe('an answer that has no body by its status or method is over with its head', () => {
  test.each([
    [
      'a 304 that tells the length of what it stands for',
      'GET',
      answer(304, 'ETag: "v1"\r\nContent-Length: 100\r\n'),
    ],
    ['a 304 that would be chunked', 'GET', answer(304, 'ETag: "v1"\r\nTransfer-Encoding: chunked\r\n')],
    ['a 304 of length 0', 'GET', answer(304, 'Content-Length: 0\r\n')],
    ['a 304 without a length', 'GET', answer(304, 'ETag: "v1"\r\n')],
    ['a 304 with a length to HEAD', 'HEAD', answer(304, 'Content-Length: 100\r\n')],
    ['a 204 with a length', 'GET', answer(204, 'Content-Length: 5\r\n')],
    ['a 204 with a length to DELETE', 'DELETE', answer(204, 'Content-Length: 5\r\n')],
    ['a 204 that would be chunked', 'GET', answer(204, 'Transfer-Encoding: chunked\r\n')],
    ['a 205 with a length and no body', 'GET', answer(205, 'Content-Length: 5\r\n')],
    ['a 205 of length 0', 'GET', answer(205, 'Content-Length: 0\r\n')],
    ['a 205 with the body that its length tells', 'GET', answer(205, 'Content-Length: 5\r\n', 'hello')],
    ['a 200 with a length to HEAD', 'HEAD', answer(200, 'Content-Length: 100\r\n')],
    ['a 200 that would be chunked, to HEAD', 'HEAD', answer(200, 'Transfer-Encoding: chunked\r\n')],
    ['a 404 with a length to HEAD', 'HEAD', answer(404, 'Content-Length: 100\r\n')],
  ])('%s, and what is pipelined behind it is answered', async (_name, method, bytes) => {
    const stage = await answeringFirst(bytes)
    const client = await openConnection(stage.gateway.port)
    client.write(ask(method, '/first') + ask('GET', '/second'))
    const responses = () => responsesIn(client.text(), [method, 'GET'])
    await expect.poll(() => responses().length, { timeout: 2000 }).toBe(2)
    const status = Number(/ (\d+)/.exec(bytes)?.[1])
    expect(responses()).toMatchObject([
      { status, body: '', complete: true },
      { status: 200, body: 'ok', complete: true },
    ])
    await expect.poll(() => stage.gateway.logs.filter(({ msg }) => msg === 'request')).toHaveLength(2)
    for (const line of stage.gateway.logs) expect(line).not.toHaveProperty('code')
  })

  test.each([
    [304, 'GET'],
    [304, 'HEAD'],
    [200, 'HEAD'],
  ])('a %i to %s keeps its Content-Length', async (status, method) => {
    const stage = await answeringFirst(answer(status, 'ETag: "v1"\r\nContent-Length: 1234\r\n'))
    const client = await openConnection(stage.gateway.port)
    client.write(ask(method, '/first'))
    await expect.poll(() => responsesIn(client.text(), [method]), { timeout: 2000 }).toHaveLength(1)
    const [response] = responsesIn(client.text(), [method])
    expect(response && fieldOf(response, 'Content-Length')).toBe('1234')
    expect(response && fieldOf(response, 'ETag')).toBe('"v1"')
  })

  test('the next request on the connection of a client that waits for each answer is served, time after time', async () => {
    const stage = await answeringFirst(answer(304, 'ETag: "v1"\r\nContent-Length: 100\r\n'))
    const client = await openConnection(stage.gateway.port)
    for (let turn = 1; turn <= 6; turn++) {
      client.write(ask('GET', turn % 2 === 0 ? '/second' : '/first'))
      await expect.poll(() => responsesIn(client.text()).length, { timeout: 2000 }).toBe(turn)
    }
    expect(responsesIn(client.text()).map(({ status }) => status)).toEqual([304, 200, 304, 200, 304, 200])
  })

  test('bytes that an upstream sends behind such a head are nobody else’s answer', async () => {
    const stolen = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen'
    const stage = await answeringFirst(answer(304, `Content-Length: ${stolen.length}\r\n`, stolen))
    const client = await openConnection(stage.gateway.port)
    client.write(ask('GET', '/first') + ask('GET', '/second'))
    await expect.poll(() => responsesIn(client.text()).length, { timeout: 2000 }).toBe(2)
    expect(responsesIn(client.text()).map(({ status, body }) => [status, body])).toEqual([
      [304, ''],
      [200, 'ok'],
    ])
  })
})

describe('a conditional request', () => {
  const etag = '"v1"'

  /** As nginx, HAProxy and Node answer them: with the length of what the client has already. */
  const stageWithEtag = () =>
    createStage(guarding('/**: public', 'timeouts: { response: 4s, idle: 4s }'), (socket, received) => {
      if (!received.endsWith('\r\n\r\n')) return
      const head = received.slice(received.lastIndexOf('GET /'))
      const known = head.toLowerCase().includes(`if-none-match: ${etag}`)
      const fields = `ETag: ${etag}\r\nContent-Length: 5\r\n`
      socket.write(known ? answer(304, fields) : answer(200, fields, 'hello'))
    })

  test('by fetch is answered 304', async () => {
    const stage = await stageWithEtag()
    const url = `http://127.0.0.1:${stage.gateway.port}/x`
    expect(await (await fetch(url)).text()).toBe('hello')
    const signal = AbortSignal.timeout(3000)
    const again = await fetch(url, { headers: { 'If-None-Match': etag }, signal })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
  })

  test('by a Node client with one connection is answered 304, and so is the next', async () => {
    const stage = await stageWithEtag()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const ask = () =>
      new Promise<number>((resolve, reject) => {
        request(
          { port: stage.gateway.port, host: '127.0.0.1', headers: { 'If-None-Match': etag }, agent },
          (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)),
        )
          .on('error', reject)
          .setTimeout(3000, () => reject(new Error('no answer')))
          .end()
      })
    expect(await ask()).toBe(304)
    expect(await ask()).toBe(304)
  })
})
