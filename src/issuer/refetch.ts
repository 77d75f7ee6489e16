/**
 * Shortest time between the starts of two runs, in milliseconds. A shorter one lets a flood of made-up `kid`s
 * cost the issuer more requests; a longer one keeps the first tokens of a rotated key waiting.
 */
const cooldownMs = 2000
/**
 * Time from one success to the next run, in milliseconds. A key that was withdrawn is trusted for as long at
 * most.
 */
const refreshMs = 10 * 60_000
/**
 * By which part `refreshMs` is longer or shorter, by chance: gateways that started together do not ask
 * together.
 */
const refreshJitter = 0.1
/** Pause after the first failure, in milliseconds; it doubles with each further one, up to `lastRetryMs`. */
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
 * There is one run at a time, and at most one start every 2 s. That is measured by time alone, whatever the
 * runs bring: a flood of made-up `kid`s, or an empty response, cannot make it a storm. The next run comes 10
 * min after a success, and after a failure with a growing pause (1 to 30 s).
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

function jittered(ms: number): number {
  return ms * (1 + refreshJitter * (2 * Math.random() - 1))
}
