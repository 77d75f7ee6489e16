import type { Logger } from '../log/logger.ts'

/**
 * Tells the operator of every change in one issuer's keys: one log line for each, and the problem for
 * `/readyz`.
 */
export type KeyReport = {
  /** Why the last fetch failed; undefined after one that brought keys. */
  readonly problem: string | undefined
  succeeded(keys: number, change: { readonly added: number; readonly removed: number }): void
  /** `usableUntilMs` says until when the keys of an earlier fetch serve; undefined when they do not. */
  failed(problem: string, usableUntilMs: number | undefined): void
}

/** Time from one warning of a lasting outage to the next, in milliseconds. */
const reminderMs = 3_600_000

export function createKeyReport(issuer: string, log: Logger, now: () => number): KeyReport {
  let problem: string | undefined
  let sinceMs = 0
  /**
   * The last warning. Another problem or another effect is told at once, the same ones when an hour is over.
   */
  let warned: { readonly text: string; readonly atMs: number } | undefined
  return {
    get problem() {
      return problem
    },
    succeeded(keys, { added, removed }) {
      if (added > 0 || removed > 0 || warned !== undefined) {
        log.info({ issuer, keys, added, removed }, 'issuer keys are up to date')
      }
      problem = undefined
      warned = undefined
    },
    failed(message, usableUntilMs) {
      if (problem === undefined) sinceMs = now()
      problem = message
      const effect =
        usableUntilMs === undefined
          ? 'routes that need a token answer 503'
          : `the last keys stay in use until ${printed(usableUntilMs)}`
      const isKnown = warned?.text === effect + message && now() - warned.atMs < reminderMs
      if (isKnown) return
      warned = { text: effect + message, atMs: now() }
      log.warn(
        { issuer, problem: message, since: printed(sinceMs) },
        `issuer keys cannot be fetched; ${effect}; ` +
          'check that the issuer runs and can be reached from the gateway',
      )
    },
  }
}

/** To the second. */
function printed(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
