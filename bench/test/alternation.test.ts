import { expect, it } from 'vitest'
import { alternate } from '../src/alternation.ts'
import type { Line } from '../src/rounds.ts'

it('lines of one process take turns of a second, the order turned round each time', async () => {
  const events: string[] = []
  const line = (id: string): Line => ({
    ...{ id, name: id, load: { paths: ['/'] } },
    drive: async (_port, seconds) => {
      events.push(`${id} ${seconds}`)
      return { requests: 10, seconds, p50Ms: 1, p99Ms: 2 }
    },
  })
  const subject = { port: 1, pid: process.pid, stop: async () => {} }
  const plan = { turns: 3, warmUpSeconds: 8 }
  const where = { folder: '', title: 'test', progress: { step() {} } }
  const runs = await alternate(subject, [line('a'), line('b')], plan, where)
  const warmUp = Array(4).fill(['a 1', 'b 1']).flat()
  expect(events).toEqual([...warmUp, 'a 1', 'b 1', 'b 1', 'a 1', 'a 1', 'b 1'])
  expect(runs.map(({ id, rounds }) => [id, rounds.length])).toEqual([
    ['a', 3],
    ['b', 3],
  ])
})
