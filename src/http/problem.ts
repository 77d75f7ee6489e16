import type { Code } from '../errors.ts'

/** A complete answer of the gateway's own: status, flat header list (for `writeHead`), body. */
export type Answer = { readonly status: number; readonly headers: string[]; readonly body: string }

/**
 * RFC 9457 problem answer: application/problem+json, Cache-Control: no-store, Content-Length, X-Request-Id and `extra` headers.
 */
export declare function problem(options: {
  readonly code: Code
  readonly detail: string
  readonly requestId: string
  readonly headers?: readonly string[]
}): Answer
