import { LRUCache } from 'lru-cache'

/** Answers about subjects, each asked for once in five minutes and kept in bounded memory. */
export type Lookups<T> = {
  /**
   * At once when it is known, else as a promise that never rejects and takes 2 s at most. Undefined: it
   * cannot be had at the moment.
   */
  find(subject: string, nowMs: number): T | undefined | Promise<T | undefined>
  /** Forgets one subject. The answer to a question that is under way will not be kept. */
  drop(subject: string): void
  /** Forgets all, in the same way. */
  clear(): void
}

/** `failed` is remembered for a moment; `busy` says that nobody was asked. */
export type Answer<T> = { readonly value: T } | 'failed' | 'busy'

export type LookupsOptions<T> = {
  /** Asks. It never rejects. */
  readonly ask: (subject: string) => Promise<Answer<T>>
  /** Characters that a value takes. */
  readonly sizeOf: (value: T) => number
}

/** For how long an answer counts, in milliseconds. */
const freshMs = 5 * 60_000
/** For how long it is still served while no other can be had, in milliseconds, from its arrival on. */
const keptMs = 60 * 60_000
/** Time without a question after one that failed, in milliseconds. */
const retryMs = 10_000
/** Longest wait of a request, in milliseconds: without an answer, and with one that is no longer fresh. */
const waitMs = 2000
const waitWithStaleMs = 250
/** Subjects that are remembered; the least recently used one makes room. */
const subjectLimit = 20_000
/** Characters of all values. Whoever may write much about himself does not fill the memory. */
const sizeLimit = 32 * 1024 * 1024

type Known<T> = {
  /** Undefined: no question has been answered yet. */
  readonly value: T | undefined
  readonly askAgainAtMs: number
  readonly endsAtMs: number
}

export function createLookups<T>({ ask, sizeOf }: LookupsOptions<T>): Lookups<T> {
  const known = new LRUCache<string, Known<T>>({
    max: subjectLimit,
    maxSize: sizeLimit,
    sizeCalculation: ({ value }) => 1 + (value === undefined ? 0 : sizeOf(value)),
  })
  const underWay = new Map<string, Promise<T | undefined>>()

  /** Resolves to the new answer, or to undefined. */
  function begin(subject: string): Promise<T | undefined> {
    const flight = ask(subject).then((answer) => {
      // Otherwise the subject was dropped meanwhile.
      if (underWay.get(subject) === flight) {
        underWay.delete(subject)
        keep(subject, answer)
      }
      return typeof answer === 'object' ? answer.value : undefined
    })
    underWay.set(subject, flight)
    return flight
  }

  function keep(subject: string, answer: Answer<T>): void {
    if (answer === 'busy') return
    const nowMs = Date.now()
    if (answer === 'failed') {
      const { value, endsAtMs } = known.get(subject) ?? { value: undefined, endsAtMs: nowMs }
      known.set(subject, { value, askAgainAtMs: nowMs + retryMs, endsAtMs })
    } else {
      const { value } = answer
      known.set(subject, { value, askAgainAtMs: nowMs + freshMs, endsAtMs: nowMs + keptMs })
    }
  }

  return {
    find(subject, nowMs) {
      const entry = known.get(subject)
      const value = entry !== undefined && nowMs < entry.endsAtMs ? entry.value : undefined
      if (entry !== undefined && nowMs < entry.askAgainAtMs) return value
      return orAtLast(underWay.get(subject) ?? begin(subject), value)
    },
    drop(subject) {
      underWay.delete(subject)
      known.delete(subject)
    },
    clear() {
      underWay.clear()
      known.clear()
    },
  }
}

/** The new answer, or the stale one (undefined: none) when no other comes in time. */
function orAtLast<T>(flight: Promise<T | undefined>, stale: T | undefined): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(stale), stale === undefined ? waitMs : waitWithStaleMs)
    void flight.then((value) => {
      clearTimeout(timer)
      resolve(value ?? stale)
    })
  })
}
