import { describe, expect, it } from 'vitest'
import { type Contender, type Line, runRounds, warmUpStretches } from '../src/rounds.ts'

const plan = { rounds: 2, roundSeconds: 3, warmUpSeconds: 8 }
const where = { folder: '', title: 'test', progress: { step() {} } }

/** Contenders that are this process, and what happened to them. */
function arrange(...lines: readonly string[]) {
  const events: string[] = []
  const line = (id: string): Line => ({
    ...{ id, name: id, load: { paths: ['/'] } },
    drive: async (_port, seconds) => {
      events.push(`${id} ${seconds}`)
      if (id === 'broken') throw new Error('it broke')
      return { requests: 10, seconds, p50Ms: 1, p99Ms: 2 }
    },
  })
  const contenders = lines.map(
    (ids): Contender => ({
      async start() {
        events.push(`start ${ids}`)
        return { port: 1, pid: process.pid, stop: async () => void events.push(`stop ${ids}`) }
      },
      lines: ids.split('+').map(line),
    }),
  )
  return { contenders, events }
}

describe('rounds', () => {
  it('are taken in turn, each by a process of its own that is warmed up and alone', async () => {
    const { contenders, events } = arrange('a', 'b')
    await runRounds(contenders, plan, where)
    const turn = (id: string) => [`start ${id}`, ...Array(4).fill(`${id} 2`), `${id} 3`, `stop ${id}`]
    expect(events).toEqual(['a', 'b', 'b', 'a'].flatMap(turn))
  })

  it('of several lines share a process, which has no pause between them', async () => {
    const { contenders, events } = arrange('a+b')
    await runRounds(contenders, { ...plan, rounds: 1 }, where)
    expect(events).toEqual(['start a+b', ...Array(4).fill(['a 1', 'b 1']).flat(), 'a 3', 'b 3', 'stop a+b'])
  })

  it('give each line its figures', async () => {
    const [run] = await runRounds(arrange('a').contenders, plan, where)
    expect(run).toMatchObject({ id: 'a', rounds: [{ requestsPerSecond: 10 / 3, p99Ms: 2 }, { p50Ms: 1 }] })
  })

  it('end for a line that fails, and for no other', async () => {
    const { contenders, events } = arrange('broken+a')
    const [broken, a] = await runRounds(contenders, plan, where)
    expect(broken).toEqual({ id: 'broken', name: 'broken', rounds: [], problem: 'it broke' })
    expect(a?.rounds).toHaveLength(2)
    expect(events.filter((event) => event.startsWith('broken'))).toHaveLength(1)
  })
})

it.each([
  [8, 1, [2, 2, 2, 2]],
  [8, 2, [1, 1, 1, 1]],
  [8, 3, [1, 1, 1]],
  [1, 3, [1, 1]],
])('%d seconds over %d lines are stretches of %j, more than one: connections have to end too', (...args) => {
  const [seconds, lines, stretches] = args
  expect(warmUpStretches(seconds, lines)).toEqual(stretches)
})
