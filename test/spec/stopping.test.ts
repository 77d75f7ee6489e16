import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openConnection } from '../support/connection.ts'
import { fieldOf, responsesIn } from '../support/responses.ts'
import { createStage, guarding } from '../support/stage.ts'
import { ok } from '../support/upstream.ts'

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`

/** A stage whose upstream answers when it is told to. */
async function createHeldStage(top = '') {
  const held: Socket[] = []
  const stage = await createStage(
    guarding('/**: public\n/slow-token: read', `timeouts: { shutdown: 5s }\n${top}`),
    (socket, received) => {
      if (received.endsWith('\r\n\r\n') || received.endsWith('hello')) held.push(socket)
    },
  )
  return { stage, held }
}

describe('an answer that goes out while the gateway stops says Connection: close, and its connection ends', () => {
  test.each([
    ['with a body', ok],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
  ])('an answer of the upstream %s', async (_name, answer) => {
    const { stage, held } = await createHeldStage()
    const client = await openConnection(stage.gateway.port)
    client.write(get('/x'))
    await expect.poll(() => held.length).toBe(1)
    const stopped = stage.gateway.stop()
    held[0]?.write(answer)
    await client.over
    const [response] = responsesIn(client.text())
    expect(response).toMatchObject({ complete: true })
    expect(response && fieldOf(response, 'Connection')?.toLowerCase()).toBe('close')
    client.socket.end()
    await stopped
  })

  test('an answer to POST', async () => {
    const { stage, held } = await createHeldStage()
    const client = await openConnection(stage.gateway.port)
    client.write('POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello')
    await expect.poll(() => held.length).toBe(1)
    const stopped = stage.gateway.stop()
    held[0]?.write(ok)
    await client.over
    const [response] = responsesIn(client.text())
    expect(response && fieldOf(response, 'Connection')?.toLowerCase()).toBe('close')
    client.socket.end()
    await stopped
  })

  test('a refusal: the upstream does not answer in time', async () => {
    const { stage, held } = await createHeldStage()
    const client = await openConnection(stage.gateway.port)
    client.write(get('/x'))
    await expect.poll(() => held.length).toBe(1)
    const stopped = stage.gateway.stop()
    held[0]?.destroy()
    // Asked once more, since GET may be.
    await expect.poll(() => held.length).toBe(2)
    held[1]?.destroy()
    await client.over
    const [response] = responsesIn(client.text())
    expect(response).toMatchObject({ status: 502, complete: true })
    expect(response && fieldOf(response, 'Connection')?.toLowerCase()).toBe('close')
    client.socket.end()
    await stopped
  })

  test('a refusal that waited for the keys of the issuer', async () => {
    const { stage } = await createHeldStage()
    const ready = () => fetch(`http://127.0.0.1:${stage.gateway.adminPort}/readyz`)
    await expect.poll(async () => (await ready()).status).toBe(200)
    await stage.issuer.rotate()
    const token = await stage.token()
    stage.issuer.fault = 'error'
    const client = await openConnection(stage.gateway.port)
    client.write(`GET /slow-token HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    // It waits now: keys were fetched a moment ago.
    expect((await stage.call('/a//b')).status).toBe(400)
    const stopped = stage.gateway.stop()
    await client.over
    const [response] = responsesIn(client.text())
    expect(response?.status).toBeGreaterThanOrEqual(401)
    expect(response && fieldOf(response, 'Connection')?.toLowerCase()).toBe('close')
    client.socket.end()
    await stopped
  })

  test('and what was pipelined behind it is not looked at any more', async () => {
    const { stage, held } = await createHeldStage()
    const client = await openConnection(stage.gateway.port)
    client.write(get('/first') + get('/second'))
    await expect.poll(() => held.length).toBe(1)
    const stopped = stage.gateway.stop()
    held[0]?.write(ok)
    await client.over
    expect(responsesIn(client.text())).toHaveLength(1)
    client.socket.end()
    await stopped
    expect(stage.upstream.received()).not.toContain('/second')
  })
})

describe('a connection on which nothing is asked', () => {
  test('is closed at once when the gateway stops', async () => {
    const { stage, held } = await createHeldStage()
    const client = await openConnection(stage.gateway.port)
    client.write(get('/x'))
    await expect.poll(() => held.length).toBe(1)
    held[0]?.write(ok)
    await expect.poll(() => responsesIn(client.text()).length).toBe(1)
    expect(client.text()).not.toMatch(/^connection: close\r$/im)
    const startedMs = performance.now()
    await stage.gateway.stop()
    expect(performance.now() - startedMs).toBeLessThan(2000)
  })
})
