import type { RequestHead } from './headers.ts'
import type { Answer } from './problem.ts'

/** `apis.*.cors` (Fetch standard, section "HTTP-CORS protocol"). */
export type CorsOptions = {
  readonly origins: readonly string[]
  /** undefined: the methods that the path lists. */
  readonly methods?: readonly string[]
  /** undefined: none but the safelisted ones and Authorization. */
  readonly headers?: readonly string[]
  readonly exposeHeaders: readonly string[]
  readonly credentials: boolean
  readonly maxAgeSeconds?: number
}

export type Cors = {
  /** Headers for an ordinary answer or refusal to this origin; always has `Vary: Origin` unless any origin is allowed. */
  headers(origin: string | undefined): readonly string[]
  /** The answer to a preflight: 204, with the CORS headers only when origin, method and headers are allowed. */
  preflight(head: RequestHead, pathMethods: readonly string[]): Answer
}

export declare function createCors(options: CorsOptions): Cors

/** OPTIONS with Origin and Access-Control-Request-Method. */
export declare function isPreflight(head: RequestHead): boolean
