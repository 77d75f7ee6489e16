import type { Logger } from './logger.ts'
import type { RequestRecord } from './request-record.ts'

/** Hears of every response to ChatGPT that is over, with its characters and the time that it took. */
export type LongAnswers = (record: RequestRecord, characters: number, tookMs: number) => void

/** ChatGPT reads no more of a response, and waits no longer for one. */
const limits = { characters: 100_000, ms: 45_000 }
/** ChatGPT gives up by its own clock, which began before the request was here. */
const givenUpMs = 40_000
const warnEveryMs = 3_600_000

/** Warns of responses that ChatGPT cannot use, once an hour and route. */
export function createLongAnswers(log: Pick<Logger, 'warn'>, now = () => performance.now()): LongAnswers {
  const warnedMs = new Map<string, number>()
  return (record, characters, tookMs) => {
    if (!isTooLong(record, characters, tookMs)) return
    const { api, route } = record
    const key = JSON.stringify([api, route])
    const lastMs = warnedMs.get(key) ?? Number.NEGATIVE_INFINITY
    if (now() - lastMs < warnEveryMs) return
    warnedMs.set(key, now())
    log.warn(
      { api, route, characters, seconds: Math.round(tookMs / 1000) },
      'a response to ChatGPT had more than 100,000 characters or took 45 s, so ChatGPT refuses it: have this ' +
        'route answer with less, page by page, or sooner',
    )
  }
}

/** A WebSocket is no response that ends. */
function isTooLong({ status, code }: RequestRecord, characters: number, tookMs: number): boolean {
  if (status === 101) return false
  if (characters > limits.characters || tookMs > limits.ms) return true
  return code === 'client_closed' && tookMs > givenUpMs
}
