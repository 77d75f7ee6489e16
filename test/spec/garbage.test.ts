import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openConnection } from '../support/connection.ts'
import { responsesIn } from '../support/responses.ts'
import { createStage, guarding, type Stage } from '../support/stage.ts'
import { ok } from '../support/upstream.ts'

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`
const lines = (stage: Stage) => stage.gateway.logs.filter(({ msg }) => msg === 'request')

/** A stage whose upstream answers when it is told to. */
async function createHeldStage() {
  const held: Socket[] = []
  const stage = await createStage(
    guarding('/**: public', 'timeouts: { shutdown: 1s }'),
    (socket, received) => {
      if (received.endsWith('\r\n\r\n')) held.push(socket)
    },
  )
  return { stage, held }
}

const segments = 30

describe('garbage on a connection leaves one line, however many segments it comes in', () => {
  test('behind a request whose answer is outstanding', async () => {
    const { stage, held } = await createHeldStage()
    const client = await openConnection(stage.gateway.port)
    client.write(get('/slow'))
    await expect.poll(() => held.length).toBe(1)
    for (let i = 0; i < segments; i++) {
      client.write('GARBAGE\r\n\r\n')
      // Another connection's request in between: so each segment is read by itself.
      expect((await stage.call('/a//b')).status).toBe(400)
    }
    held[0]?.write(ok)
    await expect.poll(() => responsesIn(client.text())[0]).toMatchObject({ status: 200, body: 'ok' })
    const own = () => lines(stage).filter(({ detail }) => !String(detail).startsWith('The path is irregular'))
    await expect.poll(() => own().length).toBeGreaterThanOrEqual(1)
    expect(own().filter(({ status }) => status === 400).length).toBeLessThanOrEqual(1)
    expect(own().length).toBeLessThanOrEqual(2)
  })

  test('alone', async () => {
    const { stage } = await createHeldStage()
    const client = await openConnection(stage.gateway.port)
    for (let i = 0; i < segments; i++) {
      client.write('GARBAGE\r\n\r\n')
      expect((await stage.call('/a//b')).status).toBe(400)
    }
    await client.over
    expect(responsesIn(client.text())).toMatchObject([{ status: 400, complete: true }])
    const broken = lines(stage).filter(
      ({ code }) => code === 'malformed_request' || code === 'ambiguous_target',
    )
    expect(broken.filter((line) => line['path'] === undefined)).toHaveLength(1)
  })

  test('behind a request that was answered', async () => {
    const { stage, held } = await createHeldStage()
    const client = await openConnection(stage.gateway.port)
    client.write(get('/x'))
    await expect.poll(() => held.length).toBe(1)
    held[0]?.write(ok)
    await expect.poll(() => responsesIn(client.text()).length).toBe(1)
    for (let i = 0; i < segments; i++) {
      client.write('\u0016\u0003\u0001\u0002\r\n\r\n')
      expect((await stage.call('/a//b')).status).toBe(400)
    }
    await client.over
    expect(responsesIn(client.text()).map(({ status }) => status)).toEqual([200, 400])
    expect(lines(stage).filter((line) => line['path'] === undefined)).toHaveLength(1)
  })
})
