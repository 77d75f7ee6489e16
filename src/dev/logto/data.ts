import type { Organization, OrganizationRole, OrganizationScope } from './organization.ts'

/** Everything that a tenant holds, as plain data. Callers pass it and may change it while the server runs. */
export type LogtoData = {
  resources: Resource[]
  /**
   * Indicator of the resource that a request without `resource` is for; undefined when the tenant has none.
   */
  defaultApi: string | undefined
  roles: Role[]
  users: User[]
  applications: Application[]
  /** Default: none */
  hooks?: Hook[]
  organizations?: Organization[]
  organizationRoles?: OrganizationRole[]
  organizationScopes?: OrganizationScope[]
  /** Tokens of impersonation that nobody has used yet. */
  subjectTokens?: SubjectToken[]
  settings?: Settings
}

export type SubjectToken = {
  /** `sub_…` */
  value: string
  userId: string
  /** Milliseconds since 1970. */
  expiresAt: number
}

export type Settings = {
  /** Scripts that add claims to tokens of users and of machines. */
  claims?: { 'access-token'?: string; 'client-credentials'?: string }
  /** Whether clients may name themselves by a document's URL. */
  cimd?: boolean
}

export type Hook = {
  id: string
  name: string
  events: string[]
  config: { url: string; headers?: Record<string, string> }
  enabled: boolean
  signingKey: string
}

export type Resource = {
  /** The access token's `aud`, compared as a raw string. */
  indicator: string
  permissions: string[]
  /** Seconds. */
  accessTokenTtl: number
  /** Default: the indicator */
  name?: string
  /** Permission → description. */
  descriptions?: Record<string, string>
}

export type Role = {
  name: string
  /** Permission names by resource indicator. */
  permissions: Record<string, string[]>
  description?: string
  /** Default: for users */
  type?: 'User' | 'MachineToMachine'
  /** Every user who is made later gets it. */
  isDefault?: boolean
}

export type User = {
  id: string
  username: string
  password: string
  name: string
  email: string
  roles: string[]
  /** Cannot sign in; opaque and refresh tokens are dead, JWTs live on. */
  isSuspended?: boolean
  personalAccessTokens?: PersonalAccessToken[]
  phone?: string
  avatar?: string
  customData?: Record<string, unknown>
  profile?: Record<string, unknown>
}

export type PersonalAccessToken = {
  name: string
  /** `pat_…` */
  value: string
  createdAt?: number
  /** Milliseconds since 1970. Default: never */
  expiresAt?: number
}

export type Application = {
  id: string
  name: string
  /** `Traditional` and `MachineToMachine` have a secret, `SPA` and `Native` have PKCE. */
  type: 'Traditional' | 'SPA' | 'Native' | 'MachineToMachine'
  secret?: string
  /** Further secrets, each under a name of its own. */
  secrets?: ApplicationSecret[]
  redirectUris: string[]
  /** Roles count for machine clients only. */
  roles: string[]
  alwaysIssueRefreshToken?: boolean
  allowTokenExchange?: boolean
  description?: string
  isThirdParty?: boolean
  /** The permissions it may ask users for: names by resource indicator. Matters for third parties only. */
  consent?: Record<string, string[]>
  /** The scopes of OpenID Connect that a third party may ask for, `openid` and `offline_access` beside. */
  userScopes?: string[]
  customData?: Record<string, unknown>
  /** Further members of what Logto calls so. */
  customClientMetadata?: Record<string, unknown>
  postLogoutRedirectUris?: string[]
}

export type ApplicationSecret = {
  name: string
  value: string
  /** Milliseconds since 1970. Default: never */
  expiresAt?: number
}

export const exampleResource = 'https://api.example.com/'

/**
 * The tenant of the founding story: alice has `My role`, which grants `read` and not `write`, and bob has no
 * role.
 */
export function exampleData(): LogtoData {
  return {
    resources: [{ indicator: exampleResource, permissions: ['read', 'write'], accessTokenTtl: 3600 }],
    defaultApi: exampleResource,
    roles: [
      { name: 'My role', permissions: { [exampleResource]: ['read'] } },
      { name: 'Nightly job', permissions: { [exampleResource]: ['read', 'write'] } },
    ],
    users: [
      { ...person('alice', '7q6j4duell21'), roles: ['My role'] },
      { ...person('bob', 'k2m8x0trv5ob'), roles: [] },
    ],
    applications: exampleApplications(),
  }
}

function person(username: string, id: string): Omit<User, 'roles'> {
  const name = `${username.charAt(0).toUpperCase()}${username.slice(1)} Example`
  return { id, username, password: `${username}-password`, name, email: `${username}@example.com` }
}

function exampleApplications(): Application[] {
  const redirectUris = ['https://chatgpt.example/aip/g-1/oauth/callback']
  return [
    {
      id: 'chatgpt',
      name: 'ChatGPT',
      type: 'Traditional',
      secret: 'chatgpt-secret-of-the-demo',
      redirectUris,
      roles: [],
    },
    {
      id: 'browser-app',
      name: 'Browser app',
      type: 'SPA',
      redirectUris: ['https://app.example/callback'],
      roles: [],
    },
    {
      id: 'nightly-job',
      name: 'Nightly job',
      type: 'MachineToMachine',
      secret: 'nightly-job-secret-of-the-demo',
      redirectUris: [],
      roles: ['Nightly job'],
    },
    {
      id: 'gateway',
      name: 'Gateway',
      type: 'MachineToMachine',
      secret: 'gateway-secret-of-the-demo',
      redirectUris: [],
      roles: [],
      allowTokenExchange: true,
    },
  ]
}

/** The identifier of the Management API in Logto's own software, literally. */
export const managementResource = 'https://default.logto.app/api'
export const managementRole = 'Logto Management API access'

/** Every tenant has the Management API and the role for it from the beginning. */
export function addManagementApi(data: LogtoData): void {
  if (!data.resources.some(({ indicator }) => indicator === managementResource))
    data.resources.push({
      indicator: managementResource,
      name: 'Logto Management API',
      permissions: ['all'],
      accessTokenTtl: 3600,
    })
  if (!data.roles.some(({ name }) => name === managementRole))
    data.roles.push({
      name: managementRole,
      description: 'Management API access',
      type: 'MachineToMachine',
      permissions: { [managementResource]: ['all'] },
    })
}

/** The application by which `scopegate logto` works. */
export const managementAccount = { id: 'scopegate-setup', secret: 'setup-secret-of-the-demo' }

/** A tenant as it is after its installation, with that application and these users, who hold nothing. */
export function emptyData(...usernames: string[]): LogtoData {
  return {
    resources: [],
    defaultApi: undefined,
    roles: [],
    users: usernames.map((username) => ({ ...person(username, `${username}-id-0001`), roles: [] })),
    applications: [
      {
        ...managementAccount,
        name: 'Scopegate setup',
        type: 'MachineToMachine',
        redirectUris: [],
        roles: [managementRole],
      },
    ],
  }
}
