const cooldownMs = 2000
const refreshMs = 10 * 60_000
const refreshJitter = 0.1
const firstRetryMs = 1000
const lastRetryMs = 30_000

/** Runs one task again and again: at start, in the background, and when somebody asks. */
export type Refetch = {
  /** Ends with the run under way, or at once when there is none. */
  current(): Promise<void>
  /** Ends with the next run, which everybody who asks before it starts shares. */
  next(): Promise<void>
  close(): void
}

export type RefetchOptions = {
  /** Must not reject; tells whether it succeeded. */
  readonly run: () => Promise<boolean>
  readonly now: () => number
}

/**
 * One run at a time, at most one start every 2 s. That is measured by time alone, whatever the runs bring: a flood of made-up
 * kids, or an empty answer, cannot make it a storm. After success a run every 10 min, after failures with a growing pause (1 to 30 s).
 */
export function createRefetch({ run, now }: RefetchOptions): Refetch {
  let queued: Promise<void> | undefined
  let running: Promise<void> = Promise.resolve()
  let startedMs = Number.NEGATIVE_INFINITY
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function next(): Promise<void> {
    queued ??= wait()
    return queued
  }

  async function wait(): Promise<void> {
    await running
    // A clock that was set back must not stretch the pause.
    const pauseMs = Math.min(startedMs + cooldownMs - now(), cooldownMs)
    if (pauseMs > 0) await new Promise<void>((resolve) => void setTimeout(resolve, pauseMs).unref())
    queued = undefined
    running = attempt()
    await running
  }

  async function attempt(): Promise<void> {
    if (closed) return
    startedMs = now()
    failures = (await run()) ? 0 : failures + 1
    schedule()
  }

  function schedule(): void {
    if (closed) return
    clearTimeout(timer)
    timer = setTimeout(() => void next(), failures === 0 ? jittered(refreshMs) : retryMs()).unref()
  }

  function retryMs(): number {
    return Math.min(firstRetryMs * 2 ** (failures - 1), lastRetryMs)
  }

  running = attempt()
  return {
    current: () => running,
    next,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** Many gateways that started together shall not ask together for ever. */
function jittered(ms: number): number {
  return ms * (1 + refreshJitter * (2 * Math.random() - 1))
}
