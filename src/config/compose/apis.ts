import type { IssuerOptions } from '../../issuer/options.ts'
import type { ApiConfig, PathConfig, Timeouts } from '../config.ts'
import type { FileApi, FileCors } from '../schema/api.ts'
import type { Path } from '../yaml/tree.ts'
import type { Context } from './context.ts'
import { composeIdentityHeaders } from './identity.ts'
import { authorizationOf } from './route.ts'
import { decodeRoutes } from './route-list.ts'
import { inheritTimeouts } from './timeouts.ts'
import { composeUpstream } from './upstreams.ts'
import { present } from './without-undefined.ts'

/** An API, and where its parts are written. */
export type ComposedApi = {
  readonly config: ApiConfig
  readonly at: Path
  /** By the text of the pattern. */
  readonly places: ReadonlyMap<string, Path>
  /** Origin → where it is first named. */
  readonly origins: ReadonlyMap<string, Path>
}

type ApisContext = Context & {
  readonly issuers: ReadonlyMap<string, IssuerOptions>
  readonly timeouts: Timeouts
}

export function composeApis(context: ApisContext): ComposedApi[] {
  return Object.entries(context.input.apis ?? {}).map(([name, api]) => composeApi(name, api, context))
}

function composeApi(name: string, api: FileApi, context: ApisContext): ComposedApi {
  const { input, issues } = context
  const at = ['apis', name]
  const prefix = api.path
  const origins = new Map<string, Path>()
  const upstream = (value: FileApi['upstream'], path: Path) => {
    const composed = composeUpstream(value, path, context)
    for (const origin of composed.origins) if (!origins.has(origin)) origins.set(origin, path)
    return composed
  }
  const routes = decodeRoutes(api.routes ?? {}, [...at, 'routes'], {
    issues,
    prefix: api.stripPath ? prefix.written : '',
    upstream,
    inherited: {
      authorization: authorizationOf(api.authorization),
      upstream: upstream(api.upstream, [...at, 'upstream']),
      timeouts: inheritTimeouts(context.timeouts, api.timeouts),
      bodyBytes: api.limits?.bodyBytes ?? input.limits.bodyBytes,
    },
  })
  const paths = routes.map(({ config }) => config)
  const issuer = issuerOf(name, api, paths, context)
  const config = {
    name,
    resource: api.resource ?? '',
    ...present({ issuer, clients: api.clients, cors: api.cors && composeCors(api.cors) }),
    hosts: hostsOf(api, at, context),
    pathPrefix: prefix.canonical,
    stripPath: api.stripPath,
    preserveHost: api.preserveHost,
    distinguishes: api.distinguishes ?? [],
    identityHeaders: composeIdentityHeaders(api, at, context),
    paths,
  }
  const places = new Map(routes.map(({ config: { pattern }, at }) => [pattern.text, at]))
  reportOutside(config, places, context)
  return { config, at, places, origins }
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

/** Then an issuer that seems to be missing is one that could not be read. */
function hasWrongIssuer(issues: Context['issues']): boolean {
  return issues.hasError(['issuer']) || issues.hasError(['issuers'])
}

function hostsOf(api: FileApi, at: Path, { issues }: ApisContext): readonly string[] {
  const hosts = api.hosts ?? []
  for (const [i, host] of hosts.entries()) {
    if (hosts.indexOf(host) < i) issues.error([...at, 'hosts', i], 'this host is listed twice: take one out')
  }
  return [...new Set(hosts)]
}

/** Requests outside the API's path never come to it: such a route would never be used. */
function reportOutside(
  { paths, pathPrefix }: ApiConfig,
  places: ReadonlyMap<string, Path>,
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
        places.get(pattern.text) ?? [],
        "this path is outside the API's path: write it in full, or set stripPath: true",
        'key',
      )
  }
}

function composeCors(cors: FileCors): NonNullable<ApiConfig['cors']> {
  const { origins = [], methods, headers, exposeHeaders = [], credentials, maxAge } = cors
  return {
    origins,
    exposeHeaders,
    credentials,
    ...present({ methods, headers, maxAgeSeconds: maxAge && Math.floor(maxAge / 1000) }),
  }
}
