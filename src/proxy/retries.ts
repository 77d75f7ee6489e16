import { hasBody } from '../http/request-head.ts'
import { wasRefused, wasReset } from '../upstream/fault.ts'
import type { Exchange } from './exchange.ts'

/**
 * Decides whether an exchange may be tried again after an attempt that failed before any byte of a response:
 * with another origin when nobody listened, and once when the connection was reset and it changes nothing to
 * ask twice (RFC 9110 section 9.2.2).
 */
export class Retries {
  readonly #exchange: Exchange
  #wasRetried = false
  /** Origins that refused the connection, so far. */
  #refusals = 0

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  /** To be asked once for each failed attempt. */
  allowAfter(error: Error): boolean {
    const { asked, plan } = this.#exchange
    if (hasBody(asked.head)) return false
    if (wasRefused(error)) {
      this.#refusals += 1
      return this.#refusals < plan.upstream.options.origins.length
    }
    if (this.#wasRetried || !idempotent.has(asked.head.method)) return false
    this.#wasRetried = true
    return wasReset(error)
  }
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
