import { once } from 'node:events'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createStage, guarding, type Stage } from '../support/stage.ts'

const head =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\n\r\n'

type EventStream = {
  readonly received: () => string
  readonly ended: Promise<unknown>
  readonly broken: () => boolean
}

/** Opens an event stream and gathers its events as they arrive. */
async function open(stage: Stage, path: string, token?: string): Promise<EventStream> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const client = request({ host: '127.0.0.1', port: stage.gateway.port, path, headers, agent: false })
  client.end()
  client.on('error', () => {})
  onTestFinished(() => void client.destroy())
  const [response] = await once(client, 'response')
  expect(response.statusCode).toBe(200)
  let broken = false
  response.on('error', () => {
    broken = true
  })
  let received = ''
  response.on('data', (part: Buffer) => {
    received += String(part)
  })
  return {
    received: () => received,
    ended: new Promise((resolve) => response.once('close', resolve)),
    broken: () => broken,
  }
}

/** An upstream that opens an event stream for everybody and keeps the sockets for the test to write to. */
function streaming(): { sockets: Socket[]; script: (socket: Socket, text: string) => void } {
  const sockets: Socket[] = []
  return {
    sockets,
    script: (socket) => {
      sockets.push(socket)
      socket.write(head)
    },
  }
}

const routes = '/open: public\n/mine: read'
const lineOf = (stage: Stage) => stage.gateway.logs.find(({ msg }) => msg === 'request')

describe('an event stream', () => {
  test('arrives event by event, unbuffered', async () => {
    const { sockets, script } = streaming()
    const stage = await createStage(guarding(routes), script)
    const stream = await open(stage, '/open')
    sockets[0]?.write('data: 1\n\n')
    await expect.poll(stream.received).toBe('data: 1\n\n')
    sockets[0]?.write('data: 2\n\n')
    await expect.poll(stream.received).toBe('data: 1\n\ndata: 2\n\n')
  })

  test('outlives timeouts.idle and timeouts.response, but not timeouts.stream', async () => {
    const { sockets, script } = streaming()
    const stage = await createStage(
      guarding(routes, 'timeouts: { idle: 50ms, response: 50ms, stream: 600ms }'),
      script,
    )
    const started = performance.now()
    const stream = await open(stage, '/open')
    sockets[0]?.write('data: 1\n\n')
    await stream.ended
    expect(performance.now() - started).toBeGreaterThan(500)
    expect(stream.broken()).toBe(false)
    await expect
      .poll(() => lineOf(stage))
      .toMatchObject({ detail: expect.stringContaining('timeouts.stream') })
  })

  test('ends properly when its token expires', async () => {
    const stage = await createStage(guarding(routes, 'tokens: { clockTolerance: 1ms }'), streaming().script)
    const exp = Math.ceil(Date.now() / 1000) + 1
    const stream = await open(stage, '/mine', await stage.token({ exp }))
    await stream.ended
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000)
    expect(stream.broken()).toBe(false)
    await stage.upstream.closed
    await expect
      .poll(() => lineOf(stage))
      .toMatchObject({ status: 200, outcome: 'allow', detail: expect.stringContaining('expired') })
  })

  test('is decided again after a reload, and counted', async () => {
    const stage = await createStage(guarding(routes), streaming().script)
    const count = async () => {
      const answer = await fetch(`http://127.0.0.1:${stage.gateway.adminPort}/readyz`)
      return ((await answer.json()) as { openStreams: { eventStreams: number } }).openStreams.eventStreams
    }
    const kept = await open(stage, '/open')
    const ended = await open(stage, '/mine', await stage.token())
    expect(await count()).toBe(2)
    await stage.gateway.reload(stage.config(guarding('/open: public\n/mine: admin')))
    await ended.ended
    expect(ended.broken()).toBe(false)
    expect(await count()).toBe(1)
    await stage.gateway.stop()
    await kept.ended
  })

  test('whose answer begins after the reload that refuses it ends as well', async () => {
    const sockets: Socket[] = []
    const stage = await createStage(guarding(routes), (socket) => void sockets.push(socket))
    const opening = open(stage, '/mine', await stage.token())
    await expect.poll(() => sockets.length).toBe(1)
    await stage.gateway.reload(stage.config(guarding('/open: public\n/mine: admin')))
    sockets[0]?.write(head)
    await (await opening).ended
    await expect
      .poll(() => lineOf(stage))
      .toMatchObject({ detail: expect.stringContaining('reloaded configuration') })
  })

  test('whose upstream breaks off is broken off', async () => {
    const sockets: Socket[] = []
    const stage = await createStage(guarding(routes), (socket) => {
      sockets.push(socket)
      socket.write(head.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n'))
    })
    const stream = await open(stage, '/open')
    sockets[0]?.resetAndDestroy()
    await stream.ended
    expect(stream.broken()).toBe(true)
  })

  test('whose client leaves is left upstream', async () => {
    const stage = await createStage(guarding(routes), streaming().script)
    const client = request({ host: '127.0.0.1', port: stage.gateway.port, path: '/open', agent: false }).end()
    await once(client, 'response')
    client.on('error', () => {})
    client.destroy()
    await stage.upstream.closed
    await expect.poll(() => lineOf(stage)).toMatchObject({ status: 200, outcome: 'allow' })
  })
})
