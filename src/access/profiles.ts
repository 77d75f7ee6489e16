import type { IssuerConnection } from '../issuer/options.ts'
import type { Counter } from '../log/counter.ts'
import type { Logger } from '../log/logger.ts'
import type { AccessToken } from '../token/access-token.ts'
import type { IdentityHeader } from './identity.ts'

/** Facts about users that their tokens lack, for upstreams: looked up at the issuer and kept. */
export type Profiles = {
  /**
   * A flat list of names and values, empty for machines and for tokens of other issuers. It comes at once
   * where everything is known, and otherwise as a promise that never rejects and takes 2 s at most.
   */
  headersFor(token: AccessToken, nowMs: number): readonly string[] | Promise<readonly string[]>
  /**
   * Forgets one subject, also what a look-up that is under way will bring. `issuer` is the one that is
   * configured, as in `AccessToken`.
   */
  drop(issuer: string, subject: string): void
  /** Forgets everybody, in the same way. */
  clear(): void
  /** Ends calls that are under way. */
  close(): void
}

export type ProfilesOptions = {
  /** The issuer, as in `AccessToken`. */
  readonly issuer: string
  /** How it is reached. */
  readonly connection: IssuerConnection
  readonly headers: readonly IdentityHeader[]
  /** The address of Logto, the identifier of its Management API, and the account that asks there. */
  readonly logto: {
    readonly endpoint: string
    readonly resource: string
    readonly management: { readonly id: string; readonly secret: string }
  }
}

/** `failures` counts look-ups that failed. */
export type CreateProfiles = (
  options: ProfilesOptions,
  reports: { readonly log: Logger; readonly failures: Counter },
) => Profiles
