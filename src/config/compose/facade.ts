import { isLoopback } from '../../http/loopback.ts'
import type { FacadeConfig } from '../chatgpt-config.ts'
import type { ApiConfig } from '../config.ts'
import type { FileChatGpt } from '../schema/chatgpt.ts'
import type { Context } from './context.ts'
import { clientIds } from './logto-lock.ts'
import { withoutUndefined } from './without-undefined.ts'

/** The OAuth facade of ChatGPT; undefined where no client is named. */
export function composeFacade(chatgpt: FileChatGpt, context: Context): FacadeConfig | undefined {
  const { clients, redirectUris, refresh, openid, organization, limits } = chatgpt
  if (clients === undefined || redirectUris === undefined) return undefined
  return {
    clients: clientIds(clients, ['chatgpt', 'clients'], context),
    redirectUris,
    refresh,
    openid,
    limits,
    ...withoutUndefined({ organization }),
  }
}

/** Reports what would make the facade refuse everybody, or ask for what it must decide itself. */
export function reportFacade(
  { facade, scopes }: { readonly facade: FacadeConfig | undefined; readonly scopes: readonly string[] },
  api: ApiConfig,
  {
    issuers,
    issues,
  }: Pick<Context, 'issues'> & { readonly issuers: ReadonlyMap<string, { isLogto: boolean }> },
): void {
  if (facade === undefined) return
  const error = (key: string, message: string) => issues.error(['chatgpt', key], message)
  const named = scopes.find((scope) => decidedElsewhere.has(scope))
  if (named !== undefined)
    error('scopes', `${named} is decided by ${decidedElsewhere.get(named)}: take it out here`)
  if (scopes.length === 0)
    error(
      'clients',
      'no route of this API names a scope, so there is nothing to sign in for: name chatgpt.scopes',
    )
  reportRedirectUris(facade, issues)
  const isLogto = issuers.get(api.issuer ?? '')?.isLogto ?? true
  if (!isLogto && facade.organization !== undefined)
    error(
      'organization',
      'only Logto has such organizations, and this API has another issuer: take this key out',
    )
  if (!isLogto) issues.warning(['chatgpt', 'clients'], needsResource, 'key')
  reportOtherClients(facade, api, { issues })
}

function reportRedirectUris({ redirectUris }: FacadeConfig, issues: Context['issues']): void {
  for (const [i, uri] of redirectUris.entries()) {
    const at = ['chatgpt', 'redirectUris', i]
    const fault = redirectUriFault(uri)
    if (fault !== undefined) issues.error(at, fault)
    else if (isUnprotected(uri)) issues.warning(at, 'codes travel there over plain http: use https')
  }
}

/** Codes go there: nobody on the way may read them, and no browser may take the URI for a script. */
function redirectUriFault(uri: string): string | undefined {
  if (uri.includes('*'))
    return '* is no wildcard here: it would admit every GPT of every author; copy both callback URLs from the GPT editor'
  const { protocol, username } = new URL(uri)
  if (username !== '') return 'a callback URL names no user: take it out'
  if (/^https?:$/.test(protocol)) return undefined
  return 'browsers are sent there: write an https URL'
}

function isUnprotected(uri: string): boolean {
  const { protocol, hostname } = new URL(uri)
  return protocol === 'http:' && !isLoopback(hostname)
}

const decidedElsewhere: ReadonlyMap<string, string> = new Map([
  ['openid', 'chatgpt.openid'],
  ['offline_access', 'chatgpt.refresh'],
  ['urn:logto:scope:organizations', 'chatgpt.organization'],
])

const needsResource =
  'the authorization server must know the parameter resource (RFC 8707): without it, tokens are for no API, ' +
  'and the facade refuses them'

/** Their users would sign in and then be refused. */
function reportOtherClients(
  { clients }: FacadeConfig,
  { name, clients: allowed }: ApiConfig,
  { issues }: Pick<Context, 'issues'>,
): void {
  if (allowed === undefined) return
  for (const [i, client] of clients.entries())
    if (!allowed.includes(client))
      issues.warning(
        ['chatgpt', 'clients', i],
        `apis.${name}.clients does not list this application, so the API refuses its tokens: add it there`,
      )
}
