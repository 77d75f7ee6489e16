import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Counter } from '../../../src/log/counter.ts'
import { Histogram } from '../../../src/log/histogram.ts'
import type { Connection } from '../../../src/upstream/connection.ts'
import { createOrigin, type Origin, type QueuedRequest } from '../../../src/upstream/origin.ts'

/** An origin to which nothing is ever sent: requests take its connections and give them back. */
function originWith(connections: number, queue: number) {
  const told: string[] = []
  const meters = { failures: new Counter(), durations: new Histogram([1, 10]) }
  const origin = createOrigin({
    url: 'http://upstream.test:3000',
    connections,
    queue,
    connector: () => {
      throw new Error('nothing is sent')
    },
    responseHeaderBytes: 1024,
    onOutage: (cause) => told.push(`outage: ${cause}`),
    onRecovery: () => told.push('recovery'),
    meters,
  })
  return { origin, told, meters, enter: (name: string, hasBody = false) => enter(origin, name, hasBody) }
}

type Entered = { readonly request: QueuedRequest; connection: Connection | undefined; lostTurn: boolean }

/** `name`: the client, and what follows its slash. */
function enter(origin: Origin, name: string, hasBody = false): Entered {
  const entered: Entered = {
    connection: undefined,
    lostTurn: false,
    request: {
      client: name.split('/')[0] ?? '',
      hasBody,
      useConnection: (connection) => {
        entered.connection = connection
      },
      loseTurn: () => {
        entered.lostTurn = true
      },
    },
  }
  origin.enter(entered.request)
  return entered
}

/** The request is over; what waits gets its connection a turn later. */
async function giveBack({ connection }: Entered, reusable = true): Promise<void> {
  connection?.release(reusable)
  await new Promise(setImmediate)
}

describe('a request gets', () => {
  it('a connection at once while there are some, the one used last if one is idle', async () => {
    const { origin, enter } = originWith(3, 10)
    const [one, two] = [enter('a/1'), enter('a/2')]
    expect(origin.connections).toBe(2)
    await giveBack(one)
    await giveBack(two)
    expect(enter('b/1').connection).toBe(two.connection)
    expect(enter('b/2').connection).toBe(one.connection)
    expect(origin.connections).toBe(2)
  })

  it('a place in the queue when all are in use, and a connection in the turn of its client', async () => {
    const { origin, enter } = originWith(1, 10)
    const first = enter('a/1')
    const waiting = ['a/2', 'a/3', 'b/1'].map((name) => enter(name))
    expect([origin.connections, origin.waiting]).toEqual([1, 3])
    const order: number[] = []
    let current = first
    while (origin.waiting > 0) {
      await giveBack(current)
      const next = waiting.find((one, i) => one.connection !== undefined && !order.includes(i))
      if (next === undefined) throw new Error('nobody got the connection')
      order.push(waiting.indexOf(next))
      current = next
    }
    expect(order).toEqual([0, 2, 1])
  })

  it('neither when its client has left the queue', async () => {
    const { origin, enter } = originWith(1, 10)
    const first = enter('a/1')
    const [left, stays] = [enter('a/2'), enter('a/3')]
    origin.leave(left.request)
    origin.leave(left.request)
    await giveBack(first)
    expect([left.connection, stays.connection]).toEqual([undefined, first.connection])
    expect(left.lostTurn).toBe(false)
  })

  it('neither when the queue is full, unless another client has more places in it', () => {
    const { origin, enter } = originWith(1, 2)
    enter('a/1')
    const [second, third] = [enter('a/2'), enter('a/3')]
    expect([origin.hasRoomFor('a'), origin.hasRoomFor('b')]).toEqual([false, true])
    expect(enter('a/4').lostTurn).toBe(true)
    expect(enter('b/1').lostTurn).toBe(false)
    expect([second.lostTurn, third.lostTurn]).toEqual([false, true])
    expect(origin.hasRoomFor('c')).toBe(false)
  })

  it('a new connection when the one that it waited for is used no more', async () => {
    const { origin, enter } = originWith(1, 10)
    const first = enter('a/1')
    const second = enter('a/2')
    await giveBack(first, false)
    expect(second.connection).toBeDefined()
    expect(second.connection).not.toBe(first.connection)
    expect(origin.connections).toBe(1)
    await giveBack(second, false)
    expect(origin.connections).toBe(0)
  })
})

describe('requests with bodies, which their clients can make last,', () => {
  it('have half of the connections for one client, and the others go past them', async () => {
    const { origin, enter } = originWith(4, 10)
    const uploads = ['a/1', 'a/2', 'a/3'].map((name) => enter(name, true))
    expect(uploads.map(({ connection }) => connection !== undefined)).toEqual([true, true, false])
    expect(enter('a/4').connection).toBeDefined()
    expect(enter('b/1', true).connection).toBeDefined()
    expect(origin.waiting).toBe(1)
  })

  it('go on when one of their client ends, also where its connection is used no more', async () => {
    const { enter } = originWith(2, 10)
    const uploads = ['a/1', 'a/2', 'a/3'].map((name) => enter(name, true))
    for (const [i, one] of uploads.entries()) {
      expect(one.connection).toBeDefined()
      await giveBack(one, i % 2 === 0)
    }
  })

  it('of all addresses of an IPv6 network are those of one client', () => {
    const { enter } = originWith(4, 10)
    const uploads = ['1', '2', '3'].map((host) => enter(`2001:db8::${host}/1`, true))
    expect(uploads.map(({ connection }) => connection !== undefined)).toEqual([true, true, false])
  })

  it('pass where there is only one connection', () => {
    expect(originWith(1, 1).enter('a/1', true).connection).toBeDefined()
  })
})

describe('an origin that fails', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 }))
  afterEach(() => void vi.useRealTimers())

  it('is passed over for a second, and for twice as long each further time, up to thirty', () => {
    const { origin, meters } = originWith(1, 1)
    expect(origin.ejectedUntilMs).toBe(0)
    const failAgain = () => {
      vi.setSystemTime(Math.max(Date.now(), origin.ejectedUntilMs))
      origin.failed()
      return origin.ejectedUntilMs - Date.now()
    }
    expect(Array.from({ length: 7 }, failAgain)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    for (let i = 0; i < 2000; i++) expect(failAgain()).toBe(30_000)
    expect(meters.failures.value).toBe(2007)
  })

  // Fifty requests that failed while an upstream restarted kept it out for half a minute, not for a second.
  it('has failed once when requests that were on their way together fail together', () => {
    const { origin, meters } = originWith(1, 1)
    for (let i = 0; i < 50; i++) origin.failed()
    expect(origin.ejectedUntilMs - Date.now()).toBe(1000)
    expect(meters.failures.value).toBe(50)
  })

  it('is as good as new once it has answered', () => {
    const { origin, meters } = originWith(1, 1)
    origin.failed()
    origin.answered(2000)
    expect(origin.ejectedUntilMs).toBe(0)
    origin.failed()
    expect(origin.ejectedUntilMs - Date.now()).toBe(1000)
    expect(meters.durations.read()).toMatchObject({ counts: [0, 1, 0], sum: 2 })
  })

  it('is told of once when its outage begins, with its cause, and once when it is over', () => {
    const { origin, told } = originWith(1, 1)
    for (const cause of ['refused', 'refused', 'reset']) origin.failed(cause)
    for (let i = 0; i < 3; i++) origin.answered(1)
    origin.failed('refused again')
    expect(told).toEqual(['outage: refused', 'recovery', 'outage: refused again'])
  })

  it('is not told of when a kept connection was reset, which may only have grown old', () => {
    const { origin, told } = originWith(1, 1)
    origin.failed()
    origin.answered(1)
    expect(told).toEqual([])
  })
})
