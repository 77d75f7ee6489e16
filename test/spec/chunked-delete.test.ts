import { once } from 'node:events'
import { Agent, createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import httpProxy from 'http-proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { requestsIn, sendRaw } from '../support/raw.ts'
import { createStage, guarding } from '../support/stage.ts'
import { ok, type ScriptedUpstream, startUpstream } from '../support/upstream.ts'

/**
 * CVE-2026-29057. http-proxy 1.18.1 takes the framing off a chunked DELETE or OPTIONS, says `content-length:
 * 0` and sends the body all the same, so the upstream reads the body as the next request: one that nobody has
 * authorized, with whatever identity headers its sender likes. This is why http-proxy does not carry the data
 * here.
 */
const smuggled = 'GET /admin HTTP/1.1\r\nHost: api.test\r\nX-User-Id: admin\r\n\r\n'
const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`

/** A DELETE or an OPTIONS whose body is a request. */
function carrying(method: string): string {
  const fields = 'Host: api.test\r\nTransfer-Encoding: chunked\r\nConnection: close'
  return `${method} /todos/1 HTTP/1.1\r\n${fields}\r\n\r\n${chunk}`
}

/** Lenient on purpose: whatever can be read as a request is read as one, and answered. */
function lenient(): (socket: Socket, received: string) => void {
  const answered = new WeakMap<Socket, number>()
  return (socket, received) => {
    const requests = requestsIn(received).length
    socket.write(ok.repeat(requests - (answered.get(socket) ?? 0)))
    answered.set(socket, requests)
  }
}

/** The request lines that an upstream has read. */
function linesOf(upstream: ScriptedUpstream): string[] {
  return requestsIn(upstream.received()).map(({ head }) => head.split('\r\n')[0] ?? '')
}

async function startHttpProxy(target: string): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const proxy = httpProxy.createProxyServer({ target, agent })
  proxy.on('error', (_error, _request, response) => void response.destroy())
  const server = createServer((request, response) => proxy.web(request, response)).listen(0, '127.0.0.1')
  onTestFinished(() => {
    agent.destroy()
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port // A TCP listener has no other address.
}

describe.each(['DELETE', 'OPTIONS'])('a chunked %s whose body is a request', (method) => {
  test('arrives as two requests through http-proxy 1.18.1', async () => {
    const upstream = await startUpstream(lenient())
    onTestFinished(() => upstream.stop())
    await sendRaw(await startHttpProxy(upstream.url), carrying(method))
    await expect.poll(() => linesOf(upstream)).toEqual([`${method} /todos/1 HTTP/1.1`, 'GET /admin HTTP/1.1'])
    expect(requestsIn(upstream.received())[1]?.head).toContain('X-User-Id: admin')
  })

  test('arrives as one through this gateway, its body within its framing', async () => {
    const stage = await createStage(guarding('/todos/{id}: { DELETE: public, OPTIONS: public }'), lenient())
    const { status } = await sendRaw(stage.gateway.port, carrying(method))
    expect(status).toBe(200)
    expect(linesOf(stage.upstream)).toEqual([`${method} /todos/1 HTTP/1.1`])
    expect(requestsIn(stage.upstream.received())[0]?.body).toBe(chunk)
  })

  test('is refused whole where the route asks for a token', async () => {
    const stage = await createStage(guarding('/todos/{id}: { DELETE: write, OPTIONS: write }'), lenient())
    const { status } = await sendRaw(stage.gateway.port, carrying(method))
    expect(status).toBe(401)
    expect(stage.upstream.received()).toBe('')
  })
})
