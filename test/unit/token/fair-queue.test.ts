import { describe, expect, test } from 'vitest'
import { createFairQueue } from '../../../src/token/fair-queue.ts'

/** Runs jobs that end when they are told, and writes down which began. */
function stageOf(options: { atOnce: number; limit: number }) {
  const queue = createFairQueue(options)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const answers: Record<string, string> = {}
  return {
    begun,
    answers,
    /** `name` is the client, and what follows its slash. */
    add(name: string): void {
      const [client = ''] = name.split('/')
      const job = () => {
        begun.push(name)
        return new Promise<string>((resolve) => ends.set(name, () => resolve('done')))
      }
      void queue.run(client, job).then((answer) => {
        answers[name] = answer ?? 'refused'
      })
    },
    /** Ends the job that began last, and lets the next begin. */
    async end(): Promise<void> {
      ends.get(begun.at(-1) ?? '')?.()
      await settled()
    },
  }
}

const settled = () => new Promise(setImmediate)

describe('verifications', () => {
  test('run at once up to the bound, and one more whenever one ends', async () => {
    const stage = stageOf({ atOnce: 2, limit: 10 })
    for (const name of ['a/1', 'a/2', 'a/3', 'a/4']) stage.add(name)
    await settled()
    expect(stage.begun).toEqual(['a/1', 'a/2'])
    await stage.end()
    expect(stage.begun).toEqual(['a/1', 'a/2', 'a/3'])
    await stage.end()
    expect(stage.begun).toEqual(['a/1', 'a/2', 'a/3', 'a/4'])
  })

  test('are refused when the queue is full, and taken again when there is room', async () => {
    const stage = stageOf({ atOnce: 1, limit: 2 })
    for (const name of ['a/1', 'a/2', 'a/3', 'a/4']) stage.add(name)
    await settled()
    expect(stage.answers).toEqual({ 'a/4': 'refused' })
    await stage.end()
    stage.add('a/5')
    for (let i = 0; i < 3; i++) await stage.end()
    expect(stage.begun).toEqual(['a/1', 'a/2', 'a/3', 'a/5'])
    expect(stage.answers).toMatchObject({ 'a/3': 'done', 'a/5': 'done' })
  })

  test('that fail give their place on', async () => {
    const queue = createFairQueue({ atOnce: 1, limit: 1 })
    const first = queue.run('a', () => Promise.reject(new Error('no')))
    const second = queue.run('a', async () => 'yes')
    await expect(first).rejects.toThrow('no')
    expect(await second).toBe('yes')
    expect(await queue.run('a', async () => 'again')).toBe('again')
  })
})

describe('clients', () => {
  test('take turns, so that a flood delays others by one verification each', async () => {
    const stage = stageOf({ atOnce: 1, limit: 10 })
    for (const name of ['flood/1', 'flood/2', 'flood/3', 'flood/4', 'b/1', 'b/2', 'c/1']) stage.add(name)
    for (let i = 0; i < 7; i++) await stage.end()
    expect(stage.begun).toEqual(['flood/1', 'flood/2', 'b/1', 'c/1', 'flood/3', 'b/2', 'flood/4'])
  })

  test('with a short line take the last place of the longest one when the queue is full', async () => {
    const stage = stageOf({ atOnce: 1, limit: 3 })
    for (const name of ['flood/1', 'flood/2', 'flood/3', 'flood/4', 'b/1', 'flood/5']) stage.add(name)
    await settled()
    expect(stage.answers).toEqual({ 'flood/4': 'refused', 'flood/5': 'refused' })
    for (let i = 0; i < 4; i++) await stage.end()
    expect(stage.begun).toEqual(['flood/1', 'flood/2', 'b/1', 'flood/3'])
  })

  test('do not push each other out when their lines are as long', async () => {
    const stage = stageOf({ atOnce: 1, limit: 2 })
    for (const name of ['a/1', 'a/2', 'b/1', 'b/2', 'c/1']) stage.add(name)
    await settled()
    expect(stage.answers).toEqual({ 'b/2': 'refused', 'c/1': 'refused' })
  })

  test.each([
    ['2001:db8::1', '2001:db8::2', true],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::', true],
    ['2001:db8::1:0:0:1', '2001:db8:0:0:5:6:7:8', true],
    ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
    ['::1', '::2', true],
    ['192.0.2.1', '192.0.2.2', false],
  ])('%s and %s stand in one line: %s', async (one, other, together) => {
    const queue = createFairQueue({ atOnce: 1, limit: 2 })
    const waits = () => new Promise<string>(() => {})
    void queue.run(one, waits)
    const last = [queue.run(one, waits), queue.run(one, waits)][1]
    // The queue is full of one client: only another client gets the last place in it.
    void queue.run(other, waits)
    const answer = await Promise.race([last, settled().then(() => 'waits')])
    expect(answer).toBe(together ? 'waits' : undefined)
  })
})
