import type { Code } from '../errors.ts'
import type { RequestTarget } from '../http/request-target.ts'
import type { AccessToken } from '../token/access-token.ts'

/**
 * The answer to "may this request pass?". `R` is the compiled route (`route/table.ts`).
 * `detail` is static text for the client and the log; it never echoes the request or the token.
 */
export type Decision<R> =
  | {
      readonly outcome: 'allow'
      readonly target: RequestTarget
      readonly route: R
      /** Absent on public routes, and on optional ones without a token. */
      readonly token?: AccessToken
      readonly cache?: 'hit' | 'miss'
    }
  | Refusal<R>

export type Refusal<R> = {
  readonly outcome: 'refuse'
  readonly code: Code
  readonly detail: string
  readonly route?: R
  readonly api?: string
  readonly path?: string
  readonly token?: AccessToken
  readonly tokenKind?: 'jwt' | 'opaque'
  readonly cache?: 'hit' | 'miss'
  /** `method_not_allowed`: the value of `Allow`. */
  readonly allow?: string
  readonly retryAfterSeconds?: number
  /** `insufficient_scope`: every scope the route needs. */
  readonly scopesNeeded?: readonly string[]
}
