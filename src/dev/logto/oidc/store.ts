import type { Adapter, AdapterPayload, ClientAuthMethod, errors } from 'oidc-provider'
import type { Application, LogtoData } from '../data.ts'
import { exchangeGrantType } from './exchange-grant.ts'

/** How long a rotated refresh token of a public client may be used again, as in Logto. */
const rotationLeewaySeconds = 3

export type Store = (model: string) => Adapter

/**
 * Keeps everything that the provider issues in memory, so that it outlives a provider that is replaced for
 * new keys. Clients are read from the data at every look-up.
 */
export function createStore(data: LogtoData, oidcErrors: typeof errors): Store {
  const entries = new Map<string, AdapterPayload>()
  return (model) => (model === 'Client' ? clients(data, oidcErrors) : createModel(model, entries))
}

function createModel(model: string, entries: Map<string, AdapterPayload>): Adapter {
  const find = async (id: string) => withLeeway(model, entries.get(`${model}:${id}`))
  const findBy = async (matches: (payload: AdapterPayload) => boolean) =>
    [...entries].find(([key, payload]) => key.startsWith(`${model}:`) && matches(payload))?.[1]
  return {
    find,
    findByUid: (uid) => findBy((payload) => payload.uid === uid),
    findByUserCode: (userCode) => findBy((payload) => payload.userCode === userCode),
    upsert: async (id, payload) => void entries.set(`${model}:${id}`, payload),
    destroy: async (id) => void entries.delete(`${model}:${id}`),
    consume: async (id) => {
      const payload = entries.get(`${model}:${id}`)
      if (payload !== undefined) payload['consumed'] = Math.floor(Date.now() / 1000)
    },
    revokeByGrantId: async (grantId) => {
      for (const [key, payload] of entries) {
        if (key.startsWith(`${model}:`) && payload.grantId === grantId) entries.delete(key)
      }
    },
  }
}

function withLeeway(model: string, payload: AdapterPayload | undefined): AdapterPayload | undefined {
  if (model !== 'RefreshToken' || payload === undefined) return payload
  const consumed = payload['consumed']
  if (typeof consumed !== 'number' || Date.now() / 1000 - consumed > rotationLeewaySeconds) return payload
  const { consumed: _, ...usable } = payload
  return usable
}

function clients(data: LogtoData, { InvalidClient }: typeof errors): Adapter {
  const none = async () => undefined
  return {
    find: async (id) => {
      const application = data.applications.find((candidate) => candidate.id === id)
      if (application === undefined) throw new InvalidClient(`invalid client ${id}`)
      return metadata(application)
    },
    findByUid: none,
    findByUserCode: none,
    upsert: none,
    destroy: none,
    consume: none,
    revokeByGrantId: none,
  }
}

function metadata(application: Application): AdapterPayload {
  const machine = application.type === 'MachineToMachine'
  return {
    client_id: application.id,
    client_name: application.name,
    ...(application.secret !== undefined && { client_secret: application.secret }),
    token_endpoint_auth_method: authMethod(application),
    redirect_uris: [...application.redirectUris],
    response_types: machine ? [] : ['code'],
    grant_types: [...grantTypes(application)],
    ...(application.isThirdParty === true && { scope: scopeOf(application) }),
  }
}

function grantTypes({ type, allowTokenExchange }: Application): string[] {
  const own = type === 'MachineToMachine' ? ['client_credentials'] : ['authorization_code', 'refresh_token']
  return allowTokenExchange === true ? [...own, exchangeGrantType] : own
}

/** The scopes of OpenID Connect beyond which a third party is refused. */
function scopeOf({ userScopes = [] }: Application): string {
  return [...new Set(['openid', 'offline_access', ...userScopes])].join(' ')
}

/** With `client_secret_basic` the provider also takes credentials in the body. */
function authMethod(application: Application): ClientAuthMethod {
  return application.secret === undefined ? 'none' : 'client_secret_basic'
}
