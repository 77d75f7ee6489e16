import { once } from 'node:events'
import { type RequestListener, request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { createStage, guarding } from '../support/stage.ts'

const chunk = Buffer.alloc(64 * 1024, 'x')
const total = 64 * 1024 * 1024

/** Most bytes that may wait within the gateway: socket buffers of both sides included. */
const buffered = 24 * 1024 * 1024

async function startSlow(handle: RequestListener) {
  const upstream = await startHttpUpstream(handle)
  const gateway = await startGateway(
    guarding('/**: public', 'limits: { bodyBytes: 1GiB }')
      .replace('issuer: { url: ISSUER }', '')
      .replace('UPSTREAM', upstream.url),
  )
  onTestFinished(() => gateway.stop())
  return gateway
}

/** Writes as fast as the other side takes it; resolves with what was taken once that stands still. */
async function pour(stream: NodeJS.WritableStream): Promise<number> {
  let taken = 0
  while (taken < total) {
    taken += chunk.length
    if (stream.write(chunk)) continue
    const stuck = await Promise.race([
      once(stream, 'drain').then(() => false),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 500).unref()),
    ])
    if (stuck) return taken
  }
  return taken
}

describe('a large body', () => {
  test('is not taken from the client faster than the upstream reads it, and arrives whole', async () => {
    let resume = () => {}
    let received = 0
    const gateway = await startSlow((upstreamRequest, response) => {
      upstreamRequest.pause()
      resume = () =>
        upstreamRequest
          .on('data', (part: Buffer) => {
            received += part.length
          })
          .on('end', () => response.end(String(received)))
          .resume()
    })
    const client = request({
      host: '127.0.0.1',
      port: gateway.port,
      method: 'POST',
      path: '/up',
      headers: { 'Content-Length': total },
      agent: false,
    })
    const answered = once(client, 'response')
    const taken = await pour(client)
    expect(taken).toBeLessThan(buffered)
    resume()
    for (let sent = taken; sent < total; sent += chunk.length) {
      if (!client.write(chunk)) await once(client, 'drain')
    }
    client.end()
    const [response] = await answered
    expect(String((await once(response, 'data'))[0])).toBe(String(total))
  })

  test('is not taken from the upstream faster than the client reads it, and arrives whole', async () => {
    let taken = 0
    const gateway = await startSlow((_request, response) => {
      response.writeHead(200, { 'Content-Length': total })
      const write = () => {
        while (taken < total) {
          taken += chunk.length
          if (!response.write(chunk)) return void response.once('drain', write)
        }
        response.end()
      }
      write()
    })
    const client = connect(gateway.port, '127.0.0.1')
    onTestFinished(() => void client.destroy())
    client.pause()
    client.write('GET /down HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n')
    let before = -1
    await expect
      .poll(
        () => {
          const still = taken > 0 && taken === before
          before = taken
          return still
        },
        { interval: 300, timeout: 5000 },
      )
      .toBe(true)
    expect(taken).toBeLessThan(buffered)
    let received = 0
    client.on('data', (part) => {
      received += part.length
    })
    client.resume()
    await once(client, 'end')
    expect(received).toBeGreaterThan(total)
  })

  test('that the upstream answers early is not drained, and the connection is closed', async () => {
    const stage = await createStage(guarding('/**: public'), (socket, text) => {
      if (text.endsWith('\r\n\r\nsome')) socket.write('HTTP/1.1 413 X\r\nContent-Length: 2\r\n\r\nno')
    })
    const client = connect(stage.gateway.port, '127.0.0.1')
    let answer = ''
    client.on('data', (part) => {
      answer += String(part)
    })
    client.write('POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nsome')
    await once(client, 'close')
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*\r\n\r\nno$/s)
  })

  test('that its client does not take is given up after timeouts.idle, and the log says who was slow', async () => {
    const stage = await createStage(guarding('/**: public', 'timeouts: { idle: 300ms }'), (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`)
      for (let sent = 0; sent < total; sent += chunk.length) socket.write(chunk)
    })
    const client = connect(stage.gateway.port, '127.0.0.1')
    onTestFinished(() => void client.destroy())
    client.on('error', () => {})
    client.pause()
    client.write('GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n')
    await stage.upstream.closed
    await expect
      .poll(() => stage.gateway.logs.find(({ msg }) => msg === 'request'))
      .toMatchObject({ status: 200, code: 'client_closed', detail: expect.stringContaining('took no byte') })
  })

  test('that is slow but steady outlives timeouts.response', async () => {
    const stage = await createStage(
      guarding('/**: public', 'timeouts: { response: 400ms }'),
      (socket, text) => {
        if (text.endsWith('12345678')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      },
    )
    const client = connect(stage.gateway.port, '127.0.0.1')
    onTestFinished(() => void client.destroy())
    client.write('POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 8\r\n\r\n')
    for (const digit of '12345678') {
      await new Promise((resolve) => setTimeout(resolve, 100))
      client.write(digit)
    }
    expect(String((await once(client, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 /)
  })
})
