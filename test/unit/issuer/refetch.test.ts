import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRefetch } from '../../../src/issuer/refetch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Runs that end when a test says so. */
function createStage() {
  const ends: ((succeeded: boolean) => void)[] = []
  const run = () => new Promise<boolean>((resolve) => ends.push(resolve))
  const refetch = createRefetch({ run, now: Date.now })
  return {
    refetch,
    /** How many runs have begun. */
    begun: () => ends.length,
    async end(succeeded: boolean): Promise<void> {
      ends.at(-1)?.(succeeded)
      await vi.advanceTimersByTimeAsync(0)
    },
  }
}

/** How long the next run lets itself be waited for, in milliseconds. */
async function pauseUntilNext(stage: ReturnType<typeof createStage>): Promise<number> {
  const [before, from] = [stage.begun(), Date.now()]
  while (stage.begun() === before) await vi.advanceTimersToNextTimerAsync()
  return Date.now() - from
}

async function isOver(promise: Promise<void>): Promise<boolean> {
  let over = false
  void promise.then(() => {
    over = true
  })
  await vi.advanceTimersByTimeAsync(0)
  return over
}

describe('a run', () => {
  test('starts at once, and current() ends with it', async () => {
    const stage = createStage()
    expect(stage.begun()).toBe(1)
    const current = stage.refetch.current()
    expect(await isOver(current)).toBe(false)
    await stage.end(true)
    expect(await isOver(current)).toBe(true)
  })
  test('is shared by all who ask before it starts', async () => {
    const stage = createStage()
    await stage.end(true)
    const asked = [stage.refetch.next(), stage.refetch.next()]
    expect(asked[0]).toBe(asked[1])
    await vi.advanceTimersByTimeAsync(2000)
    expect(stage.begun()).toBe(2)
  })
  test('starts two seconds after the one before, not sooner', async () => {
    const stage = createStage()
    await stage.end(true)
    void stage.refetch.next()
    await vi.advanceTimersByTimeAsync(1999)
    expect(stage.begun()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(stage.begun()).toBe(2)
  })
  test('starts within two seconds although the clock was set back', async () => {
    const stage = createStage()
    await stage.end(true)
    vi.setSystemTime(Date.now() - 3_600_000)
    void stage.refetch.next()
    await vi.advanceTimersByTimeAsync(2000)
    expect(stage.begun()).toBe(2)
  })
  test('waits for the one under way', async () => {
    const stage = createStage()
    void stage.refetch.next()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(stage.begun()).toBe(1)
    await stage.end(true)
    expect(stage.begun()).toBe(2)
  })
})

describe('the next run in the background', () => {
  test('comes ten minutes after a success, a tenth sooner or later', async () => {
    const stage = createStage()
    await stage.end(true)
    const pause = await pauseUntilNext(stage)
    expect(pause).toBeGreaterThanOrEqual(9 * 60_000)
    expect(pause).toBeLessThanOrEqual(11 * 60_000 + 1)
  })
  test('comes after failures with a pause that grows, and is the cooldown at least', async () => {
    const stage = createStage()
    const pauses: number[] = []
    for (let failures = 1; failures <= 7; failures++) {
      await stage.end(false)
      pauses.push(await pauseUntilNext(stage))
    }
    expect(pauses).toEqual([2000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })
  test('never comes after close()', async () => {
    const stage = createStage()
    await stage.end(false)
    stage.refetch.close()
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(stage.begun()).toBe(1)
  })
})

test('whoever asks after close() is not left waiting', async () => {
  const stage = createStage()
  await stage.end(true)
  stage.refetch.close()
  const next = stage.refetch.next()
  await vi.advanceTimersByTimeAsync(2000)
  expect(await isOver(next)).toBe(true)
})
