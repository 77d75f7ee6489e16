import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openConnection, type RawConnection } from '../support/connection.ts'
import { responsesIn } from '../support/responses.ts'
import { createStage, guarding } from '../support/stage.ts'
import { ok } from '../support/upstream.ts'

describe('limits.bodyRate, the least pace of a request body', () => {
  /** A client that sends a body piece by piece while the test turns the clock: only the sockets are real. */
  async function begin(limits = '') {
    const stage = await createStage(guarding('/**: public', limits), (socket, received) => {
      if (received.endsWith('0\r\n\r\n')) socket.write(ok)
    })
    const client = await openConnection(stage.gateway.port)
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    })
    onTestFinished(() => void vi.useRealTimers())
    client.write('POST /x HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n')
    let sent = 0
    const arrived = () => stage.upstream.received().match(/x{16}/g)?.length ?? 0
    return {
      stage,
      client,
      /** Sends 16 bytes so many times a second, for so long or until it is answered; the seconds. */
      async send(times: number, seconds: number): Promise<number> {
        for (let second = 1; second <= seconds; second++) {
          client.write(`10\r\n${'x'.repeat(16)}\r\n`.repeat(times))
          sent += times
          await expect.poll(() => arrived() >= sent || client.text() !== '', { interval: 1 }).toBe(true)
          await vi.advanceTimersByTimeAsync(1000)
          await turns()
          if (client.text() !== '') return second
        }
        return seconds
      },
      end: () => client.write('0\r\n\r\n'),
    }
  }

  /** Lets what is on its way arrive: no clock of the gateway goes on meanwhile. */
  async function turns(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  test('ends a body that drips, though it was never idle: 408, and its connection is free', async () => {
    const { stage, client, send } = await begin()
    const seconds = await send(1, 60)
    expect(seconds).toBeGreaterThanOrEqual(10)
    expect(seconds).toBeLessThanOrEqual(41)
    expect(responsesIn(client.text())).toMatchObject([{ status: 408 }])
    expect(client.text()).toContain('"code":"request_timeout"')
    expect(client.text()).toContain('limits.bodyRate')
    await expect
      .poll(() => stage.gateway.logs.find(({ msg }) => msg === 'request'))
      .toMatchObject({ status: 408, code: 'request_timeout' })
    await stage.upstream.closed
  })

  test('leaves a body alone that keeps to it, however long it takes', async () => {
    const { client, send, end } = await begin()
    expect(await send(80, 120)).toBe(120)
    end()
    await expect.poll(() => responsesIn(client.text())).toMatchObject([{ status: 200, body: 'ok' }])
  })

  test('asks nothing of a body that is over within ten seconds', async () => {
    const { client, send, end } = await begin()
    expect(await send(1, 9)).toBe(9)
    end()
    await expect.poll(() => responsesIn(client.text())).toMatchObject([{ status: 200, body: 'ok' }])
  })

  test('is what the configuration says', async () => {
    const { client, send } = await begin('limits: { bodyRate: 4KiB/s }')
    expect(await send(80, 60)).toBeLessThanOrEqual(41)
    expect(responsesIn(client.text())).toMatchObject([{ status: 408 }])
  })

  test('ends a body that was fast once and drips now', async () => {
    const { client, send } = await begin()
    expect(await send(200, 15)).toBe(15)
    expect(await send(1, 90)).toBeLessThan(60)
    expect(responsesIn(client.text())).toMatchObject([{ status: 408 }])
  })
})

describe('request bodies of one address', () => {
  const config = (upstream: string) =>
    guarding('/**: public', 'timeouts: { shutdown: 1s, response: 4s }').replace(
      'upstream: UPSTREAM',
      `upstream: { url: UPSTREAM, ${upstream} }`,
    )

  /** Answers a GET at once, and a POST when its body has come to an end. */
  const createUploadStage = (upstream: string) =>
    createStage(config(upstream), (socket, received) => {
      if (
        received.endsWith('\r\n\r\n') &&
        !received.endsWith('chunked\r\n\r\n') &&
        /GET|0\r\n\r\n$/.test(received)
      )
        socket.write(ok)
    })

  async function begin(port: number, from = '127.0.0.1'): Promise<RawConnection> {
    const client = await openConnection(port, { from })
    client.write('POST /up HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n')
    return client
  }

  const statusOf = (client: RawConnection) => responsesIn(client.text())[0]?.status

  test('take at most half of the connections of an upstream: it stays free for all else', async () => {
    const stage = await createUploadStage('connections: 4, queue: 100')
    const uploads = await Promise.all(Array.from({ length: 8 }, () => begin(stage.gateway.port)))
    const asked = () => stage.upstream.received().match(/POST \/up/g)?.length
    await expect.poll(asked).toBe(2)
    expect(await stage.call('/x')).toMatchObject({ status: 200, body: 'ok' })
    expect(asked()).toBe(2)
    const other = await begin(stage.gateway.port, '127.0.0.2')
    other.write('0\r\n\r\n')
    await expect.poll(() => statusOf(other)).toBe(200)
    expect(asked()).toBe(3)
    for (const client of uploads) client.write('0\r\n\r\n')
    await expect.poll(() => uploads.map(statusOf), { timeout: 5000 }).toEqual(Array(8).fill(200))
  })

  test('that end give their place to the next', async () => {
    const stage = await createUploadStage('connections: 2, queue: 100')
    const first = await begin(stage.gateway.port)
    await expect.poll(() => stage.upstream.received()).toContain('POST /up')
    const second = await begin(stage.gateway.port)
    second.write('0\r\n\r\n')
    expect(await stage.call('/x')).toMatchObject({ status: 200 })
    expect(second.text()).toBe('')
    first.socket.resetAndDestroy()
    await expect.poll(() => statusOf(second)).toBe(200)
  })

  test('have one connection where there is only one', async () => {
    const stage = await createUploadStage('connections: 1')
    const client = await begin(stage.gateway.port)
    client.write('0\r\n\r\n')
    await expect.poll(() => statusOf(client)).toBe(200)
  })

  test('wait no longer than timeouts.response', async () => {
    const stage = await createStage(
      config('connections: 2, queue: 100').replace('response: 4s', 'response: 500ms, idle: 10s'),
      (socket, received) => {
        if (received.includes('GET')) socket.write(ok)
      },
    )
    await begin(stage.gateway.port)
    await expect.poll(() => stage.upstream.received()).toContain('POST /up')
    const second = await begin(stage.gateway.port)
    await expect.poll(() => statusOf(second), { timeout: 4000 }).toBe(504)
  })
})
