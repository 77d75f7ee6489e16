import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { spawnGateway } from '../support/process.ts'
import { call } from '../support/stage.ts'

/** An upstream that answers when it is told to. */
async function startHeldUpstream() {
  const held: Socket[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => held.push(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of held) socket.destroy()
    server.close()
  })
  // A TCP listener has no other address.
  return { held, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const config = (url: string, more = '') =>
  `timeouts: { shutdown: 10s }
${more}
apis: { a: { resource: https://a.test/, upstream: "${url}", routes: { /**: public } } }`

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe.each(['', 'workers: 2'])('a gateway that is stopping %s', (more) => {
  test('is not killed by SIGHUP, and finishes what it has begun', async () => {
    const upstream = await startHeldUpstream()
    const gateway = await spawnGateway(config(upstream.url, more))
    const answer = call(gateway.port, '/x').catch(({ code }: NodeJS.ErrnoException) => code)
    await expect.poll(() => upstream.held.length).toBe(1)
    gateway.child.kill('SIGTERM')
    await expect.poll(() => gateway.logs().some(({ msg }) => String(msg).startsWith('stopping'))).toBe(true)
    gateway.child.kill('SIGHUP')
    await expect.poll(async () => (await call(gateway.adminPort, '/readyz')).status).toBe(503)
    upstream.held[0]?.write(ok)
    expect(await answer).toMatchObject({ status: 200, body: 'ok' })
    expect(await gateway.exited).toBe(0)
    expect(gateway.logs().at(-1)?.['msg']).toBe('stopped')
  })
})
