import type { IssuerOptions } from '../../issuer/options.ts'
import type { Requirement } from '../../route/requirement.ts'
import type { ApiConfig } from '../config.ts'
import type { ComposedApi } from './apis.ts'
import type { Context } from './context.ts'
import { issuerPath } from './issuers.ts'

type OpaqueContext = Context & { readonly issuers: ReadonlyMap<string, IssuerOptions> }

/** Reports what does not go together with `tokens.opaque`. */
export function reportOpaque(apis: readonly ComposedApi[], context: OpaqueContext): void {
  const { input, issues } = context
  const { opaque, exchange } = input.tokens
  const path = ['tokens', 'exchange', 'personalAccessTokens']
  if (exchange.personalAccessTokens && opaque !== 'exchange')
    issues.error(path, 'personal access tokens can only be exchanged: write tokens.opaque: exchange')
  else if (exchange.personalAccessTokens && ![...context.issuers.values()].some(({ isLogto }) => isLogto))
    issues.error(path, 'personal access tokens are of Logto alone, and no issuer is one: take it out')
  if (opaque === 'explain') return
  reportClients(context)
  for (const api of apis) if (isAskedFor(api.config, context)) reportApi(api, context)
}

/** With several issuers, those that the gateway cannot ask have their opaque tokens explained. */
function reportClients({ input, issuers, issues }: OpaqueContext): void {
  const { opaque } = input.tokens
  if (opaque === 'userinfo' || [...issuers.values()].some(({ client }) => client !== undefined)) return
  const [name] = issuers.keys()
  if (name === undefined || issues.hasError(issuerPath(name, input))) return
  issues.error(
    issuerPath(name, input),
    `tokens.opaque: ${opaque} needs client here, since the gateway asks as an application of its own: write ` +
      'client: { id: ..., secret: ... } of a machine-to-machine application',
    'key',
  )
}

/** Opaque tokens of this API are not only explained. */
function isAskedFor({ issuer = '', paths }: ApiConfig, { input, issuers }: OpaqueContext): boolean {
  const known = issuers.get(issuer)
  if (known === undefined || (known.client === undefined && input.tokens.opaque !== 'userinfo')) return false
  return requirementsOf(paths).some(({ kind }) => kind !== 'public')
}

function requirementsOf(paths: ApiConfig['paths']): Requirement[] {
  return paths.flatMap(({ methods }) => [...methods.values()].map(({ requirement }) => requirement))
}

const anyApplication = 'an opaque token names no API: one that any application of the issuer got passes here'

function reportApi({ config: { clients }, at }: ComposedApi, { input, issues }: OpaqueContext): void {
  const { opaque } = input.tokens
  if (opaque === 'userinfo') {
    if (clients === undefined) issues.warning(at, `${anyApplication} (tokens.opaque: userinfo)`, 'key')
    else
      issues.error(
        [...at, 'clients'],
        'the userinfo endpoint does not say whose a token is: choose introspect or exchange for tokens.opaque, ' +
          'or take this list out',
      )
  } else if (clients === undefined) reportAnyClient(at, opaque, issues)
}

function reportAnyClient(at: ComposedApi['at'], opaque: string, issues: Context['issues']): void {
  if (issues.hasError([...at, 'clients'])) return
  if (opaque === 'introspect')
    issues.warning(at, `${anyApplication}; name those that may under clients`, 'key')
  else
    issues.error(
      at,
      'tokens.opaque: exchange needs clients here, since an opaque token of any application would else be made ' +
        'into one for this API: name those that may',
      'key',
    )
}
