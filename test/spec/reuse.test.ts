import { describe, expect, test } from 'vitest'
import { createStage, guarding } from '../support/stage.ts'
import { always, ok } from '../support/upstream.ts'

const config = (upstream: string) =>
  guarding('/**: public').replace('upstream: UPSTREAM', `upstream: { url: UPSTREAM, ${upstream} }`)

describe('an upstream with reuse: false', () => {
  test('gets a connection for each request, closed behind its answer', async () => {
    const stage = await createStage(config('reuse: false'), always(ok))
    for (let turn = 1; turn <= 3; turn++) {
      expect(await stage.call(`/${turn}`)).toMatchObject({ status: 200, body: 'ok' })
      await expect.poll(() => stage.upstream.open).toBe(0)
      expect(stage.upstream.connections).toBe(turn)
    }
  })

  test('holds to its number of connections all the same', async () => {
    const stage = await createStage(config('reuse: false, connections: 2, queue: 20'), always(ok))
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => stage.call(`/${i}`)))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(stage.upstream.connections).toBe(10)
  })

  test('never makes surplus bytes the answer to the next request, even when they come late', async () => {
    const stolen = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen'
    const stage = await createStage(config('reuse: false, connections: 1'), (socket, received) => {
      if (!received.endsWith('\r\n\r\n')) return
      socket.write(ok)
      setTimeout(() => socket.write(stolen), 20)
    })
    for (let turn = 0; turn < 10; turn++) expect((await stage.call('/x')).body).toBe('ok')
  })

  test.each([
    ['a body', 'POST', 'hello'],
    ['HEAD', 'HEAD', undefined],
  ])('gets a connection for each request with %s too', async (_name, method, body) => {
    const stage = await createStage(config('reuse: false'), (socket, received) => {
      if (received.endsWith('hello') || received.startsWith('HEAD'))
        socket.write(method === 'HEAD' ? ok.slice(0, -2) : ok)
    })
    const options = body === undefined ? { method } : { method, body }
    for (let turn = 1; turn <= 2; turn++) expect((await stage.call('/x', options)).status).toBe(200)
    expect(stage.upstream.connections).toBe(2)
  })
})

test('an upstream with reuse: true keeps its connection', async () => {
  const stage = await createStage(config('reuse: true'), always(ok))
  for (let turn = 0; turn < 3; turn++) expect((await stage.call('/x')).status).toBe(200)
  expect(stage.upstream.connections).toBe(1)
})
