import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createStage, guarding } from '../support/stage.ts'
import { always, ok } from '../support/upstream.ts'

const queue = (connections: number, places: number, more = '') =>
  guarding('/**: public', more).replace(
    'upstream: UPSTREAM',
    `upstream: { url: UPSTREAM, connections: ${connections}, queue: ${places} }`,
  )

/** An upstream that answers with the path that it was asked for, when told to. */
function holding() {
  const held: (() => void)[] = []
  return {
    held,
    script(socket: Socket, received: string) {
      if (!received.endsWith('\r\n\r\n')) return
      const path =
        received
          .match(/[^ ]+ ([^ ]+) HTTP/g)
          ?.at(-1)
          ?.split(' ')[1] ?? ''
      held.push(() => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`))
    },
  }
}

describe('requests to an upstream with one connection', () => {
  test('wait for it in turn, and each gets its own answer', async () => {
    const stage = await createStage(queue(1, 10), always(ok))
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => stage.call(`/${i}`)))
    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(10).fill([200, 'ok']))
    expect(stage.upstream.connections).toBe(1)
  })

  test('beyond the queue are refused at once, and the others still served', async () => {
    const { held, script } = holding()
    const stage = await createStage(queue(1, 1), script)
    const first = stage.call('/first')
    await expect.poll(() => held.length).toBe(1)
    const answers = ['/second', '/third'].map((path) => stage.call(path))
    const refused = await Promise.race(answers)
    expect(refused).toMatchObject({ status: 503, problem: { code: 'upstream_busy' } })
    held.shift()?.()
    await expect.poll(() => held.length).toBe(1)
    held.shift()?.()
    expect((await first).body).toBe('/first')
    expect((await Promise.all(answers)).map(({ status }) => status).toSorted()).toEqual([200, 503])
  })

  test('give their place to others when their client leaves, and never reach the upstream', async () => {
    const { held, script } = holding()
    const stage = await createStage(queue(1, 1), script)
    const first = stage.call('/first')
    await expect.poll(() => held.length).toBe(1)
    const leaving = new AbortController()
    const left = stage.call('/left', { signal: leaving.signal })
    left.catch(() => {})
    await expect.poll(async () => (await stage.call('/probe')).status).toBe(503)
    leaving.abort()
    await expect.poll(() => stage.gateway.logs.find(({ path }) => path === '/left')).toBeDefined()
    const third = stage.call('/third')
    held.shift()?.()
    await expect.poll(() => held.length).toBe(1)
    held.shift()?.()
    expect([(await first).body, (await third).body]).toEqual(['/first', '/third'])
    expect(stage.upstream.received()).not.toContain('/left')
  })

  test('that wait for longer than timeouts.response are answered 504', async () => {
    const { held, script } = holding()
    const hasty = '/**: public\n      /second: { public: true, timeouts: { response: 300ms } }'
    const stage = await createStage(queue(1, 1).replace('/**: public', hasty), script)
    const first = stage.call('/first')
    await expect.poll(() => held.length).toBe(1)
    expect(await stage.call('/second')).toMatchObject({ status: 504, problem: { code: 'upstream_timeout' } })
    held.shift()?.()
    expect((await first).status).toBe(200)
    expect(stage.upstream.received()).not.toContain('/second')
  })

  test('never get what the upstream sent behind the answer to another', async () => {
    const surplus = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstole'
    const stage = await createStage(queue(1, 10), always(`${ok}${surplus}`))
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => stage.call(`/${i}`)))
    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(10).fill([200, 'ok']))
  })
})
