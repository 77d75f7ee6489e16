/** The `logto:` block: how the Management API is reached, and what the tenant is to hold. */
export type LogtoConfig = {
  /** A name in `Config.issuers`. */
  readonly issuer: string
  /** The address of the tenant, `issuer.logto`. */
  readonly tenant: string
  /** Where it is reached from here, without a trailing slash. Default: the tenant */
  readonly endpoint: string
  /** The identifier of the Management API. */
  readonly resource: string
  /** The account that `scopegate logto` uses; undefined when not configured. */
  readonly management?: { readonly id: string; readonly secret: string }
  readonly wanted: WantedTenant
  /** Absolute name of the file that tells the ids of applications. */
  readonly lockFile: string
  /** Undefined when there is none yet, or none of this tenant. */
  readonly lock?: LogtoLock
}

/** `NAME.logto.json` beside `NAME.yaml`, written by `scopegate logto apply`. It holds no secret. */
export type LogtoLock = {
  /** The tenant that the ids are from. */
  readonly endpoint: string
  /** Name → id. */
  readonly applications: Readonly<Record<string, string>>
  /** Indicator → id. */
  readonly resources: Readonly<Record<string, string>>
}

/** The part of a tenant that the file names. The rest is never touched, and undefined or absent here. */
export type WantedTenant = {
  readonly resources: readonly WantedResource[]
  /** Indicator of the resource that a client means which names none. */
  readonly defaultResource?: string
  readonly roles: readonly WantedRole[]
  readonly applications: readonly WantedApplication[]
  readonly users: readonly WantedUser[]
  readonly webhook?: WantedWebhook
}

export type WantedResource = {
  /** The API's key in the file. */
  readonly api: string
  readonly indicator: string
  /** Undefined: the API's key, where the resource must be made. */
  readonly name?: string
  readonly permissions: Readonly<Record<string, string>>
  /** In seconds. */
  readonly accessTokenTtl?: number
  /** Every scope that one of its routes asks for. */
  readonly needed: readonly string[]
}

export type RoleKind = 'User' | 'MachineToMachine'

export type WantedRole = {
  readonly name: string
  readonly description?: string
  readonly kind: RoleKind
  /** Indicator → permissions. */
  readonly grants: Readonly<Record<string, readonly string[]>>
}

export type ApplicationType = 'Traditional' | 'SPA' | 'Native' | 'MachineToMachine'

export type WantedApplication = {
  readonly name: string
  readonly type: ApplicationType
  readonly description?: string
  readonly redirectUris: readonly string[]
  readonly alwaysIssueRefreshToken?: boolean
  readonly allowTokenExchange?: boolean
  readonly isThirdParty: boolean
  /** Indicator → permissions that it may ask for. */
  readonly consent: Readonly<Record<string, readonly string[]>>
  /** Names of roles of this file. */
  readonly roles: readonly string[]
}

/** By user name, or by email where the name holds an `@`. */
export type WantedUser = { readonly name: string; readonly roles: readonly string[] }

export type WantedWebhook = { readonly url: string; readonly events: readonly string[] }
