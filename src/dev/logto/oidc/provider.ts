import type { Configuration, JWKS, Provider } from 'oidc-provider'
import type { LogtoData } from '../data.ts'
import { claimsByScope, findAccount, findUser } from './account.ts'
import { isAllowedOrigin } from './allowed-origin.ts'
import { acceptAllSecrets } from './client-secrets.ts'
import { consentPolicy } from './consent-policy.ts'
import { createGrant, defaultResource } from './create-grant.ts'
import { dressResponse, errorBody } from './dress-response.ts'
import { registerExchange } from './exchange-grant.ts'
import { extraClaims } from './extra-claims.ts'
import type { KeyRing } from './key-ring.ts'
import type { OidcProvider } from './load-provider.ts'
import { createLogtoProvider } from './logto-provider.ts'
import { findApplication, resourceServer } from './resource-server.ts'
import type { Store } from './store.ts'

/**
 * An oidc-provider that responds as Logto does. It reads the keys once: after a rotation another one is
 * needed.
 */
export function createProvider(options: ProviderOptions): Provider {
  const provider = createLogtoProvider(options.oidc, options.issuer, configuration(options))
  registerExchange(provider, options)
  acceptAllSecrets(provider, options.oidc, options.data)
  provider.use(async (ctx, next) => {
    await next()
    dressResponse(ctx, options.data.settings?.cimd)
  })
  return provider
}

export type ProviderOptions = {
  readonly oidc: OidcProvider
  readonly issuer: string
  readonly data: LogtoData
  readonly keyRing: KeyRing
  readonly store: Store
  readonly cookieKey: string
}

const day = 24 * 60 * 60

function configuration(options: ProviderOptions): Configuration {
  const { oidc, data, keyRing, store, cookieKey } = options
  const alg = keyRing.signingAlgorithm
  return {
    adapter: store,
    // All members of jose's type are optional, while oidc-provider's requires those of the key type.
    jwks: { keys: keyRing.keys } as JWKS,
    // The sign-in's own API is elsewhere than its pages, and needs the cookie of the interaction too.
    cookies: { keys: [cookieKey], short: { path: '/', httpOnly: true, sameSite: 'lax', signed: true } },
    enabledJWA: { idTokenSigningAlgValues: ['ES384', 'PS256', 'RS256'] },
    clientDefaults: { id_token_signed_response_alg: alg },
    scopes,
    claims: claimsByScope,
    conformIdTokenClaims: false,
    routes: {
      authorization: '/auth',
      device_authorization: '/device/auth',
      userinfo: '/me',
      introspection: '/token/introspection',
      revocation: '/token/revocation',
      pushed_authorization_request: '/request',
    },
    features: features(options),
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    clientBasedCORS: (_ctx, origin, { clientId }) =>
      isAllowedOrigin(findApplication(data, clientId), origin ?? ''),
    interactions: {
      policy: consentPolicy(oidc, data),
      url: (_ctx, { prompt, uid }) => (prompt.name === 'consent' ? '/consent' : `/sign-in/${uid}`),
    },
    ttl: ttl(),
    findAccount: (_ctx, id) => findAccount(data, id),
    loadExistingGrant: (ctx) => createGrant(data, ctx),
    revokeGrantPolicy: () => true,
    issueRefreshToken: async (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') &&
      (source.scopes.has('offline_access') ||
        findApplication(data, client.clientId)?.alwaysIssueRefreshToken === true),
    extraTokenClaims: (ctx, token) => extraClaims(options, ctx, token),
    formats: {
      customizers: {
        // A user's token with nothing granted says `"scope":""`; a machine's leaves the claim out, except for
        // an organization.
        jwt: (_ctx, token, jwt) => {
          const isOfOrganization = String(token.aud).startsWith('urn:logto:organization:')
          if (token.kind === 'AccessToken' || isOfOrganization) jwt.payload['scope'] ??= ''
        },
      },
    },
    renderError: (ctx, out) => {
      ctx.type = 'json'
      ctx.body = errorBody(out)
    },
  }
}

const scopes = [
  ...[
    'openid',
    'offline_access',
    'profile',
    'email',
    'phone',
    'address',
    'custom_data',
    'identities',
    'roles',
  ],
  ...['organizations', 'organization_roles', 'sessions', 'trusted_devices'].map(
    (n) => `urn:logto:scope:${n}`,
  ),
]

function ttl(): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 3600,
    ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 3600,
    AuthorizationCode: 60,
    IdToken: 3600,
    Interaction: 3600,
    Grant: 180 * day,
    RefreshToken: 14 * day,
    Session: 14 * day,
  }
}

function features({ oidc, data, keyRing }: ProviderOptions): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) =>
        (client.clientAuthMethod !== 'none' || client.clientId === token.clientId) && isAlive(data, token),
    },
    revocation: { enabled: true },
    deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****' },
    backchannelLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (ctx, _client, several) =>
        defaultResource(oidc, data, ctx) ?? (several ? '' : []),
      useGrantedResource: async () => false,
      getResourceServerInfo: async (ctx, indicator) =>
        resourceServer({ oidc, data, keyRing }, ctx, indicator),
    },
  }
}

/** The tokens of a user who is suspended or gone are inactive. Those of machines have no user. */
function isAlive(data: LogtoData, token: object): boolean {
  const id = 'accountId' in token ? token.accountId : undefined
  return typeof id !== 'string' || findUser(data, id) !== undefined
}
