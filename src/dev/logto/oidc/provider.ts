import type { Configuration, interactionPolicy, JWKS, Provider } from 'oidc-provider'
import type { LogtoData } from '../data.ts'
import { isAllowedOrigin } from './allowed-origin.ts'
import { alwaysRefreshes, createGrant, defaultResource, findAccount, grantable } from './create-grant.ts'
import { dressResponse, errorBody } from './dress-response.ts'
import type { KeyRing } from './key-ring.ts'
import type { OidcProvider } from './load-provider.ts'
import type { Store } from './store.ts'

/**
 * An oidc-provider that responds as Logto does. It reads the keys once: after a rotation another one is
 * needed.
 */
export function createProvider(options: ProviderOptions): Provider {
  const provider = new options.oidc.Provider(options.issuer, configuration(options))
  provider.use(async (ctx, next) => {
    await next()
    dressResponse(ctx)
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
    cookies: { keys: [cookieKey] },
    enabledJWA: { idTokenSigningAlgValues: ['ES384', 'RS256'] },
    clientDefaults: { id_token_signed_response_alg: alg },
    scopes: 'openid offline_access profile email phone address custom_data identities roles'.split(' '),
    claims: userClaims,
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    routes: {
      authorization: '/auth',
      userinfo: '/me',
      introspection: '/token/introspection',
      revocation: '/token/revocation',
      pushed_authorization_request: '/request',
    },
    features: features(options),
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    clientBasedCORS: (_ctx, origin, { clientId }) =>
      isAllowedOrigin(
        data.applications.find(({ id }) => id === clientId),
        origin ?? '',
      ),
    interactions: {
      policy: withoutConsent(oidc.interactionPolicy),
      url: (_ctx, interaction) => `/sign-in/${interaction.uid}`,
    },
    ttl: ttl(),
    findAccount: (_ctx, id) => findAccount(data, id),
    loadExistingGrant: (ctx) => createGrant(data, ctx),
    revokeGrantPolicy: () => true,
    issueRefreshToken: async (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') &&
      (source.scopes.has('offline_access') || alwaysRefreshes(data, client.clientId)),
    formats: {
      customizers: {
        // A user's token with nothing granted says `"scope":""`; a machine's leaves the claim out.
        jwt: (_ctx, token, jwt) => {
          if (token.kind === 'AccessToken') jwt.payload['scope'] ??= ''
        },
      },
    },
    renderError: (ctx, out) => {
      ctx.type = 'json'
      ctx.body = errorBody(out)
    },
  }
}

const userClaims: NonNullable<Configuration['claims']> = {
  openid: ['sub'],
  profile: ['name', 'preferred_username', 'picture', 'updated_at', 'username', 'created_at'],
  email: ['email', 'email_verified'],
}

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

/**
 * First-party applications never see a consent page. `prompt=consent` is accepted and only allows refresh
 * tokens.
 */
function withoutConsent(policy: typeof interactionPolicy): interactionPolicy.DefaultPolicy {
  const prompts = policy.base()
  prompts.get('consent')?.checks.clear()
  return prompts
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
    resourceIndicators: {
      enabled: true,
      defaultResource: async (ctx, _client, several) =>
        defaultResource(oidc, data, ctx) ?? (several ? '' : []),
      useGrantedResource: async () => false,
      getResourceServerInfo: async (ctx, indicator) => {
        const resource = data.resources.find((candidate) => candidate.indicator === indicator)
        if (resource === undefined) throw new oidc.errors.InvalidTarget()
        return {
          scope: grantable(data, ctx, indicator).join(' '),
          accessTokenFormat: 'jwt',
          accessTokenTTL: resource.accessTokenTtl,
          jwt: { sign: { alg: keyRing.signingAlgorithm } },
        }
      },
    },
  }
}

/** The tokens of a user who is suspended or gone are inactive. Those of machines have no user. */
function isAlive(data: LogtoData, token: object): boolean {
  const id = 'accountId' in token ? token.accountId : undefined
  return id === undefined || data.users.some((user) => user.id === id && user.isSuspended !== true)
}
