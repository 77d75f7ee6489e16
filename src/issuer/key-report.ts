import type { Logger } from '../log/logger.ts'

/**
 * Tells the operator of every change in one issuer's keys: one log line for each, and the problem for
 * `/readyz`.
 */
export type KeyReport = {
  /** Why the last fetch failed; undefined after one that brought keys. */
  readonly problem: string | undefined
  succeeded(keys: number, change: { readonly added: number; readonly removed: number }): void
  /** `usable` says whether the keys of an earlier fetch still serve. */
  failed(problem: string, usable: boolean): void
}

export function createKeyReport(issuer: string, log: Logger): KeyReport {
  let problem: string | undefined
  /**
   * The last warning, so that a lasting outage is logged once, and once more when the last good keys have run
   * out.
   */
  let warned: string | undefined
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
    failed(message, usable) {
      problem = message
      const effect = usable
        ? 'the last keys stay in use for up to 24 h'
        : 'routes that need a token answer 503'
      if (warned === effect + message) return
      warned = effect + message
      log.warn(
        { issuer, problem: message },
        `issuer keys cannot be fetched; ${effect}; ` +
          'check that the issuer runs and can be reached from the gateway',
      )
    },
  }
}
