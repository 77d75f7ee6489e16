import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openConnection, type RawConnection } from '../support/connection.ts'
import { responsesIn } from '../support/responses.ts'
import { createStage, guarding, type Stage } from '../support/stage.ts'

const mebibyte = 1 << 20

/** The bytes that may wait in the buffers of both sockets. */
const buffered = 16 * mebibyte

/** A client that was refused in the middle of an endless upload. */
async function refuseUpload(): Promise<{ stage: Stage; client: RawConnection; sent(): number }> {
  const stage = await createStage(guarding('/open: public'))
  const client = await openConnection(stage.gateway.port)
  const head = `POST /none HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${2 ** 40}\r\n\r\n`
  client.write(head)
  await client.over
  expect(client.ended).toBe(true)
  expect(responsesIn(client.text())).toMatchObject([{ status: 404, complete: true }])
  const { socket } = client
  return { stage, client, sent: () => socket.bytesWritten - socket.writableLength - head.length }
}

/** The client cannot see it: its own half stays open when nobody listens any more. */
async function isHeld(stage: Stage): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${stage.gateway.adminPort}/readyz`)
  return ((await answer.json()) as { connections: number }).connections > 0
}

/** From here on the clock of the gateway is turned by the test: only the sockets are real. */
function holdTheClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
}

/** Turns the clock, after what is on its way has arrived. */
async function turn(ms: number): Promise<void> {
  for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve))
  await vi.advanceTimersByTimeAsync(ms)
}

/** Resolves when the bytes are on their way, or the connection is gone. */
async function write({ socket }: RawConnection, bytes: number): Promise<void> {
  if (socket.destroyed) return
  await new Promise<void>((resolve) => void socket.write(Buffer.alloc(bytes, 65), () => resolve()))
}

describe('what a client still sends when it was refused is read and thrown away', () => {
  test('until it has sent nothing for five seconds', async () => {
    holdTheClock()
    const { stage } = await refuseUpload()
    await turn(4500)
    expect(await isHeld(stage)).toBe(true)
    await turn(1500)
    await expect.poll(() => isHeld(stage)).toBe(false)
  })

  test('for thirty seconds at most, however steadily it comes', async () => {
    holdTheClock()
    const { stage, client } = await refuseUpload()
    for (let second = 1; second <= 29; second++) {
      client.write('A')
      await turn(1000)
      expect(await isHeld(stage), `after ${second} s`).toBe(true)
    }
    client.write('A')
    await turn(2000)
    await expect.poll(() => isHeld(stage)).toBe(false)
  })

  test('up to 64 MiB', async () => {
    const { stage, client, sent } = await refuseUpload()
    while (!client.socket.destroyed && sent() < 256 * mebibyte) await write(client, mebibyte)
    expect(sent()).toBeGreaterThanOrEqual(64 * mebibyte)
    expect(sent()).toBeLessThan(64 * mebibyte + buffered)
    await expect.poll(() => isHeld(stage)).toBe(false)
  })

  test('and a client that stops before that is let go at once', async () => {
    const { stage, client, sent } = await refuseUpload()
    while (sent() < 60 * mebibyte) await write(client, mebibyte)
    client.socket.end()
    await expect.poll(() => client.closed).toBe(true)
    expect(client.error).toBeUndefined()
    await expect.poll(() => isHeld(stage)).toBe(false)
  })
})
