import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Answer, createLookups } from '../../../src/logto/lookups.ts'

const minuteMs = 60_000

/** Look-ups whose questions a test answers when it likes. */
function createHeld() {
  const asked: { readonly subject: string; answer(answer: Answer<string>): void }[] = []
  const lookups = createLookups<string>({
    ask: (subject) => new Promise((resolve) => asked.push({ subject, answer: resolve })),
    sizeOf: (value) => value.length,
  })
  return { asked, lookups, find: (subject: string) => lookups.find(subject, Date.now()) }
}

/** Look-ups that answer at once with what `answers` has. */
function createPrompt(answers: (subject: string) => Answer<string>) {
  const asked: string[] = []
  const lookups = createLookups<string>({
    ask: async (subject) => {
      asked.push(subject)
      return answers(subject)
    },
    sizeOf: (value) => value.length,
  })
  return { asked, lookups, find: (subject: string) => lookups.find(subject, Date.now()) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('look-ups', () => {
  it('answer without a promise once the subject is known', async () => {
    const { find } = createPrompt((subject) => ({ value: `of ${subject}` }))
    expect(await find('a')).toBe('of a')
    expect(find('a')).toBe('of a')
  })

  it('share one question about a subject', async () => {
    const { asked, find } = createHeld()
    const waiting = [find('a'), find('a'), find('b')]
    expect(asked.map(({ subject }) => subject)).toEqual(['a', 'b'])
    for (const { subject, answer } of asked) answer({ value: subject })
    expect(await Promise.all(waiting)).toEqual(['a', 'a', 'b'])
  })

  it('wait for 2 s, or 250 ms with an answer that is no longer fresh; what comes later is kept', async () => {
    const { asked, find } = createHeld()
    const first = find('a')
    await vi.advanceTimersByTimeAsync(1999)
    asked[0]?.answer({ value: 'first' })
    expect(await first).toBe('first')
    vi.setSystemTime(Date.now() + 5 * minuteMs)
    const second = find('a')
    await vi.advanceTimersByTimeAsync(250)
    expect(await second).toBe('first')
    asked[1]?.answer({ value: 'second' })
    await vi.advanceTimersByTimeAsync(0)
    expect(find('a')).toBe('second')
    const none = find('b')
    await vi.advanceTimersByTimeAsync(2000)
    expect(await none).toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('remember a failure for ten seconds, and a question that was not asked not at all', async () => {
    let answer: Answer<string> = 'busy'
    const { asked, find } = createPrompt(() => answer)
    expect(await find('a')).toBeUndefined()
    answer = 'failed'
    expect(await find('a')).toBeUndefined()
    expect(find('a')).toBeUndefined()
    expect(asked).toHaveLength(2)
    answer = { value: 'there' }
    vi.setSystemTime(Date.now() + 10_000)
    expect(await find('a')).toBe('there')
  })

  it('serve an answer for an hour after it came, however often others fail', async () => {
    let answer: Answer<string> = { value: 'old' }
    const { find } = createPrompt(() => answer)
    await find('a')
    answer = 'failed'
    for (let minutes = 5; minutes < 60; minutes += 5) {
      vi.setSystemTime(Date.now() + 5 * minuteMs)
      expect(await find('a')).toBe('old')
    }
    vi.setSystemTime(Date.now() + 5 * minuteMs)
    expect(await find('a')).toBeUndefined()
  })
})

describe.each(['drop', 'clear'] as const)('%s', (name) => {
  const forget = ({ lookups }: ReturnType<typeof createHeld>) =>
    name === 'drop' ? lookups.drop('a') : lookups.clear()

  it('forgets what is known, also for a time without answers', async () => {
    const held = createHeld()
    const first = held.find('a')
    held.asked[0]?.answer({ value: 'old' })
    await first
    forget(held)
    const second = held.find('a')
    held.asked[1]?.answer('failed')
    expect(await second).toBeUndefined()
  })

  it('keeps nothing of a question that is under way: a later one is asked anew, and alone counts', async () => {
    const held = createHeld()
    const before = held.find('a')
    forget(held)
    const after = held.find('a')
    expect(held.asked).toHaveLength(2)
    held.asked[1]?.answer({ value: 'new' })
    expect(await after).toBe('new')
    held.asked[0]?.answer({ value: 'old' })
    expect(await before).toBe('old')
    expect(held.find('a')).toBe('new')
  })
})

describe('memory', () => {
  it('holds 20,000 subjects: the least recently used one makes room', async () => {
    const { asked, find } = createPrompt((subject) => ({ value: subject }))
    for (let i = 0; i < 20_000; i++) await find(`s${i}`)
    expect(find('s0')).toBe('s0')
    await find('another')
    expect(find('s0')).toBe('s0')
    expect(asked).toHaveLength(20_001)
    expect(find('s1')).toBeInstanceOf(Promise)
  })

  it('holds 32 MiB of values: one who may write much pushes out others, and does not fill it', async () => {
    const { find } = createPrompt(() => ({ value: 'x'.repeat(1024 * 1024) }))
    for (let i = 0; i < 40; i++) await find(`s${i}`)
    expect(find('s39')).toHaveLength(1024 * 1024)
    expect(find('s0')).toBeInstanceOf(Promise)
  })
})
