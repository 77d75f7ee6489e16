import type { FacadeConfig } from '../../config/chatgpt-config.ts'
import type { IssuerOptions } from '../../issuer/options.ts'
import type { Audience } from '../../token/audience.ts'
import type { FacadeLimits } from './limits.ts'
import type { FacadeTargets } from './targets.ts'

/** Everything that the facade knows. Nothing of it is about a user, and nothing comes from a request. */
export type FacadeOptions = FacadeParts &
  Omit<FacadeConfig, 'limits'> & {
    /** The scopes that may be asked for, in the order in which they are. */
    readonly scopes: readonly string[]
    readonly resource: string
    readonly audience: Audience
    readonly issuer: IssuerOptions
    /** Of the API: lower-cased names, `*.name` for any subdomain. Empty: any host. */
    readonly hosts: readonly string[]
    readonly clockToleranceMs: number
  }

/** The parts that outlive a reload. */
export type FacadeParts = { readonly targets: FacadeTargets; readonly limits: FacadeLimits }
