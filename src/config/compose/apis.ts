import type { IssuerOptions } from '../../issuer/options.ts'
import type { UpstreamOptions } from '../../upstream/upstream.ts'
import type { ApiConfig, MetadataConfig, PathConfig } from '../config.ts'
import { type FileApi, plainApiOptions } from '../schema/api.ts'
import type { FileUpstream } from '../schema/exchange.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import { composeAudience } from './audience.ts'
import type { Context } from './context.ts'
import { composeCors } from './cors.ts'
import { commonExchange, inheritExchange } from './exchange.ts'
import { composeFrom } from './from.ts'
import { composeIdentityHeaders } from './identity.ts'
import { clientIds } from './logto-lock.ts'
import { pick } from './pick.ts'
import { decodeRoutes } from './route-list.ts'
import { scopesNamedBy } from './scopes-named.ts'
import { type ComposedUpstream, composeUpstream, noUpstream } from './upstreams.ts'
import { withoutUndefined } from './without-undefined.ts'

/** An API, and where its parts are written. */
export type ComposedApi = {
  readonly config: ApiConfig
  readonly at: KeyPath
  /** Text of a pattern → where the path is written. */
  readonly writtenAt: ReadonlyMap<string, KeyPath>
  /** That of the API, and those of its routes. */
  readonly upstreams: readonly ComposedUpstream[]
}

type ApisContext = Context & { readonly issuers: ReadonlyMap<string, IssuerOptions> }

export function composeApis(context: ApisContext): ComposedApi[] {
  return Object.entries(context.input.apis ?? {}).map(([name, api]) => composeApi(name, api, context))
}

function composeApi(name: string, api: FileApi, context: ApisContext): ComposedApi {
  const at = ['apis', name]
  const upstreams: ComposedUpstream[] = []
  const compose = (input: FileUpstream, path: KeyPath): UpstreamOptions => {
    const upstream = composeUpstream(input, path, context)
    upstreams.push({ upstream, at: path })
    return upstream
  }
  const common = { ...commonExchange(context.input), upstream: noUpstream, authorization: api.authorization }
  const routes = decodeRoutes(api.routes ?? {}, [...at, 'routes'], {
    issues: context.issues,
    prefix: api.stripPath ? api.path.written : '',
    inherited: inheritExchange(common, api, (upstream) => compose(upstream, [...at, 'upstream'])),
    compose,
    hasOrganizations: api.organizations !== undefined,
  })
  const paths = routes.map(({ config }) => config)
  const issuer = issuerOf(name, api, paths, context)
  const config = {
    ...pick(api, plainApiOptions),
    ...withoutUndefined({ clients: api.clients && clientIds(api.clients, [...at, 'clients'], context) }),
    name,
    resource: api.resource ?? '',
    audience: composeAudience(api, at, context.issuers.get(issuer ?? ''), context),
    ...withoutUndefined({ issuer, cors: api.cors && composeCors(api.cors) }),
    hosts: hostsOf(api, at, context),
    pathPrefix: api.path.canonical,
    identityHeaders: composeIdentityHeaders(api, at, context),
    ...withoutUndefined({ from: composeFrom(api, at, context) }),
    ...withoutUndefined({ title: api.name, metadata: composeMetadata(api, paths) }),
    paths,
  }
  const writtenAt = new Map(routes.map(({ config: { pattern }, at }) => [pattern.text, at]))
  reportOutside(config, writtenAt, context)
  return { config, at, writtenAt, upstreams }
}

function composeMetadata({ metadata }: FileApi, paths: readonly PathConfig[]): MetadataConfig | undefined {
  if (metadata === false) return undefined
  const { scopes = scopesNamedBy({ paths }), documentation } = metadata ?? {}
  return { scopes, ...withoutUndefined({ documentation }) }
}

function issuerOf(
  name: string,
  api: FileApi,
  paths: readonly PathConfig[],
  { issuers, issues }: ApisContext,
): string | undefined {
  const known = [...issuers.keys()]
  if (api.issuer !== undefined) {
    if (issuers.has(api.issuer)) return api.issuer
    const names = known.length === 0 ? 'none is configured' : `known: ${known.join(', ')}`
    if (!hasWrongIssuer(issues)) issues.error(['apis', name, 'issuer'], `no issuer has this name; ${names}`)
    return undefined
  }
  if (known.length === 1) return known[0]
  const needsToken = paths.some(({ methods }) =>
    [...methods.values()].some(({ requirement }) => requirement.kind !== 'public'),
  )
  if (needsToken && !hasWrongIssuer(issues))
    issues.error(
      ['apis', name],
      known.length === 0
        ? 'a route of this API needs a token, but there is no issuer: write issuer at the top of the file'
        : `several issuers are configured: say which one with issuer; known: ${known.join(', ')}`,
      'key',
    )
  return undefined
}

/** If so, an issuer that seems to be missing may be one that could not be read. */
function hasWrongIssuer(issues: Context['issues']): boolean {
  return issues.hasError(['issuer']) || issues.hasError(['issuers'])
}

function hostsOf(api: FileApi, at: KeyPath, { issues }: ApisContext): readonly string[] {
  const hosts = api.hosts ?? []
  for (const [i, host] of hosts.entries()) {
    if (hosts.indexOf(host) < i) issues.error([...at, 'hosts', i], 'this host is listed twice: take one out')
  }
  return [...new Set(hosts)]
}

/** Requests outside the API's path never come to it: such a route would never be used. */
function reportOutside(
  { paths, pathPrefix }: ApiConfig,
  writtenAt: ReadonlyMap<string, KeyPath>,
  { issues }: ApisContext,
): void {
  const head = pathPrefix.split('/').slice(1)
  for (const { pattern } of paths) {
    const below = head.every((text, i) => {
      const segment = pattern.segments[i]
      return segment?.kind === 'literal' && segment.text === text
    })
    if (!below)
      issues.error(
        writtenAt.get(pattern.text) ?? [],
        "this path is outside the API's path: write it in full, or set stripPath: true",
        'key',
      )
  }
}
