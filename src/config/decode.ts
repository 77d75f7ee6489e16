import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as v from 'valibot'
import { foldName, isHopByHop } from '../http/headers.ts'
import type { UpstreamOptions } from '../proxy/upstream.ts'
import { findRouteConflicts, type RouteConflict } from '../route/conflict.ts'
import type { IssuerOptions } from '../token/key-set.ts'
import type { ApiConfig, Config, Timeouts } from './config.ts'
import type { Issue } from './issue.ts'
import { authorization, decodeRoutes, pathOf, timeouts } from './routes.ts'
import { type File, type FileApi, type FileIssuer, file } from './schema.ts'
import { warningsOf } from './warnings.ts'
import type { Path, YamlTree } from './yaml-tree.ts'

const kib = 1024
const defaultIdentity = {
  'X-User-Id': 'sub',
  'X-User-Scopes': 'scope',
  'X-Client-Id': 'client_id',
  'X-Organization-Id': 'organization_id',
}
/** Fields that frame, route or belong to one connection: an identity header by such a name would break the request. */
const forbiddenHeaders = new Set([
  'host',
  'content-length',
  'content-type',
  'authorization',
  'cookie',
  'expect',
  'via',
  'x-request-id',
])

/** The walked document → a Config, and every issue there is. The Config is undefined when one of them is an error. */
export function decode(
  tree: YamlTree,
  folder: string,
): { config: Config | undefined; issues: readonly Issue[] } {
  const issues: Issue[] = [...tree.issues]
  const report = (path: Path, message: string, severity?: Issue['severity']) =>
    void issues.push(tree.issueAt(path, message, severity))
  const parsed = v.safeParse(file, tree.value ?? {})
  for (const issue of parsed.issues ?? []) report(pathOf(issue), issue.message)
  // Wrong values elsewhere in the file do not hide what is wrong with the routes.
  const config = parsed.success ? compose(parsed.output, folder, report) : undefined
  if (config === undefined) reportRoutesAlone(tree.value, report)
  else
    for (const warning of warningsOf(config, parsed.success ? parsed.output.publicUrl : undefined))
      report(warning.path, warning.message, 'warning')
  const failed = issues.some(({ severity }) => severity === 'error')
  return { config: failed ? undefined : config, issues: inOrder(issues) }
}

type Report = (path: Path, message: string, severity?: Issue['severity']) => void

function inOrder(issues: readonly Issue[]): Issue[] {
  const seen = new Set<string>()
  return [...issues]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .filter((issue) => {
      const id = `${issue.line}:${issue.column}:${issue.message}`
      return !seen.has(id) && seen.add(id)
    })
}

function reportRoutesAlone(value: unknown, report: Report): void {
  const apis = isMap(value) && isMap(value['apis']) ? value['apis'] : {}
  for (const [name, api] of Object.entries(apis)) {
    if (!isMap(api) || !isMap(api['routes'])) continue
    const timeoutsMs = { connectMs: 1, responseMs: 1, idleMs: 1, streamMs: 1 }
    const upstream = { origins: [], connections: 1, queue: 1 }
    const defaults = {
      authorization: { kind: 'strip' },
      upstream,
      timeouts: timeoutsMs,
      bodyBytes: 1,
    } as const
    decodeRoutes(api['routes'], ['apis', name, 'routes'], {
      defaults,
      prefix: '',
      report,
      upstream: () => upstream,
    })
  }
}

function compose(input: File, folder: string, report: Report): Config {
  const issuers = issuersOf(input, folder, report)
  const allTimeouts: Timeouts = {
    ...timeouts({ connectMs: 5000, responseMs: 60_000, idleMs: 60_000, streamMs: 3_600_000 }, input.timeouts),
    headMs: input.timeouts?.head ?? 10_000,
    shutdownMs: input.timeouts?.shutdown ?? 30_000,
  }
  const limits = {
    headerBytes: input.limits?.headerBytes ?? 16 * kib,
    headerCount: input.limits?.headerCount ?? 100,
    targetBytes: input.limits?.targetBytes ?? 8 * kib,
    responseHeaderBytes: input.limits?.responseHeaderBytes ?? 32 * kib,
    connections: input.limits?.connections ?? 10_000,
    bodyBytes: input.limits?.bodyBytes ?? 10 * kib * kib,
  }
  const apis = Object.entries(input.apis).map(([name, api]) =>
    composeApi({
      name,
      api,
      input,
      issuers,
      timeouts: allTimeouts,
      bodyBytes: limits.bodyBytes,
      folder,
      report,
    }),
  )
  reportConflicts(apis, report)
  reportSharedUpstreams(apis, report)
  return {
    listen: input.listen ?? { host: '0.0.0.0', port: 8080 },
    ...(input.publicUrl === undefined ? {} : { publicUrl: input.publicUrl.replace(/\/+$/, '') }),
    issuers,
    apis,
    tokens: {
      clockToleranceMs: input.tokens?.clockTolerance ?? 5000,
      maxBytes: input.tokens?.maxBytes ?? 8 * kib,
      maxLifetimeMs: input.tokens?.maxLifetime ?? 24 * 3_600_000,
      cacheMaxEntries: input.tokens?.cache?.maxEntries ?? 20_000,
      opaque: 'explain',
    },
    identity: { strip: input.identity?.strip ?? [], keep: keptHeaders(input, apis, report) },
    limits,
    timeouts: allTimeouts,
    ...(input.tls === undefined
      ? {}
      : {
          tls: {
            cert: resolve(folder, input.tls.cert),
            key: resolve(folder, input.tls.key),
            minVersion: input.tls.minVersion ?? 'TLSv1.2',
          },
        }),
    log: {
      level: input.log?.level ?? 'info',
      format: input.log?.format ?? 'json',
      decisions: input.log?.decisions ?? 'all',
    },
    admin: { listen: input.admin?.listen ?? { host: '127.0.0.1', port: 9090 } },
    trustedProxies: input.trustedProxies ?? [],
  }
}

function issuersOf(input: File, folder: string, report: Report): Map<string, IssuerOptions> {
  if (input.issuer !== undefined && input.issuers !== undefined)
    report(['issuers'], 'write issuer or issuers, not both')
  const named = input.issuers ?? (input.issuer === undefined ? {} : { default: input.issuer })
  return new Map(Object.entries(named).map(([name, issuer]) => [name, composeIssuer(issuer, folder)]))
}

function composeIssuer(issuer: FileIssuer, folder: string): IssuerOptions {
  const { logto, url, jwksFile, tokenTypes, claims, algorithms, ...given } = issuer
  const overrides = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return {
    issuer: logto === undefined ? (url ?? '') : `${logto.replace(/\/+$/, '')}/oidc`,
    isLogto: logto !== undefined,
    ...overrides,
    ...(jwksFile === undefined ? {} : { jwksFile: resolve(folder, jwksFile) }),
    ...(algorithms === undefined ? {} : { algorithms }),
    tokenTypes: (tokenTypes ?? ['at+jwt']).map((type) => type.toLowerCase().replace(/^application\//, '')),
    claims: { scope: claims?.scope ?? 'scope', clientId: claims?.clientId ?? 'client_id' },
  }
}

type ApiContext = {
  readonly name: string
  readonly api: FileApi
  readonly input: File
  readonly issuers: ReadonlyMap<string, IssuerOptions>
  readonly timeouts: Timeouts
  readonly bodyBytes: number
  readonly folder: string
  readonly report: Report
}

function composeApi(context: ApiContext): ApiConfig {
  const { name, api, input, report, folder } = context
  const at = ['apis', name]
  const pathPrefix = (api.path ?? '').replace(/\/+$/, '')
  if (pathPrefix !== '' && !pathPrefix.startsWith('/')) report([...at, 'path'], 'a path starts with /')
  if (api.preserveHost && api.hosts === undefined)
    report(
      [...at, 'preserveHost'],
      'preserveHost needs hosts: a client must not choose the Host that the upstream sees',
    )
  if (api.cors?.credentials && api.cors.origins.includes('*'))
    report([...at, 'cors', 'origins'], '* cannot stand with credentials: name the origins')
  const defaults = {
    authorization: authorization(api.authorization ?? 'strip'),
    upstream: composeUpstream(api.upstream, [...at, 'upstream'], folder, report),
    timeouts: timeouts(context.timeouts, api.timeouts),
    bodyBytes: api.limits?.bodyBytes ?? context.bodyBytes,
  }
  const prefix = api.stripPath ? pathPrefix : ''
  const paths = decodeRoutes(api.routes, [...at, 'routes'], {
    defaults,
    prefix,
    report,
    upstream: (value, path) => composeUpstream(value, path, folder, report),
  })
  for (const { pattern } of paths) {
    if (pathPrefix !== '' && pattern.text !== pathPrefix && !pattern.text.startsWith(`${pathPrefix}/`)) {
      report(
        [...at, 'routes', pattern.text],
        `this path is outside the API's path ${pathPrefix}: write it in full, or set stripPath`,
      )
    }
  }
  const needsToken = paths.some(({ methods }) =>
    [...methods.values()].some(({ requirement }) => requirement.kind !== 'public'),
  )
  const issuer = issuerNameOf(context, needsToken)
  return {
    name,
    resource: api.resource,
    ...(issuer === undefined ? {} : { issuer }),
    hosts: (api.hosts ?? []).map((host) => host.toLowerCase().replace(/\.$/, '')),
    pathPrefix,
    stripPath: api.stripPath ?? false,
    preserveHost: api.preserveHost ?? false,
    distinguishes: api.distinguishes ?? [],
    ...(api.clients === undefined ? {} : { clients: api.clients }),
    identityHeaders: identityHeaders(api, input, at, report),
    ...(api.cors === undefined ? {} : { cors: composeCors(api.cors) }),
    paths,
  }
}

function issuerNameOf({ name, api, issuers, report }: ApiContext, needsToken: boolean): string | undefined {
  if (api.issuer !== undefined) {
    if (!issuers.has(api.issuer))
      report(['apis', name, 'issuer'], `no issuer has this name; known: ${[...issuers.keys()].join(', ')}`)
    return api.issuer
  }
  if (issuers.size === 1) return [...issuers.keys()][0]
  if (needsToken)
    report(
      ['apis', name],
      issuers.size === 0
        ? 'a route needs a token, but no issuer is configured'
        : 'several issuers are configured: say which with issuer',
    )
  return undefined
}

function identityHeaders(api: FileApi, input: File, at: Path, report: Report): ApiConfig['identityHeaders'] {
  const own = api.identity?.headers
  const place = own === undefined ? ['identity', 'headers'] : [...at, 'identity', 'headers']
  const mapping = own ?? input.identity?.headers ?? defaultIdentity
  return Object.entries(mapping).map(([header, claim]) => {
    const folded = foldName(header)
    if (forbiddenHeaders.has(folded) || isHopByHop(folded) || folded.startsWith('x-forwarded-')) {
      report(
        [...place, header],
        'this header cannot carry an identity: it frames, routes or authorizes the request',
      )
    }
    return { header, claim }
  })
}

function keptHeaders(input: File, apis: readonly ApiConfig[], report: Report): readonly string[] {
  const keep = input.identity?.keep ?? []
  const mapped = new Set(apis.flatMap((api) => api.identityHeaders.map(({ header }) => foldName(header))))
  for (const [i, name] of keep.entries()) {
    if (mapped.has(foldName(name)))
      report(['identity', 'keep', i], 'an identity header can never come from a client')
  }
  return keep
}

function composeCors({
  maxAge,
  exposeHeaders,
  credentials,
  origins,
  methods,
  headers,
}: NonNullable<FileApi['cors']>) {
  return {
    origins,
    ...(methods === undefined ? {} : { methods }),
    ...(headers === undefined ? {} : { headers }),
    exposeHeaders: exposeHeaders ?? [],
    credentials: credentials ?? false,
    ...(maxAge === undefined ? {} : { maxAgeSeconds: Math.floor(maxAge / 1000) }),
  }
}

function composeUpstream(
  value: FileApi['upstream'],
  at: Path,
  folder: string,
  report: Report,
): UpstreamOptions {
  const map = typeof value === 'string' || Array.isArray(value) ? { url: value } : value
  const read = (member: string, fileName: string | undefined) => {
    if (fileName === undefined) return {}
    try {
      return { [member]: readFileSync(resolve(folder, fileName), 'utf8') }
    } catch {
      report([...at, 'tls', member], 'this file cannot be read')
      return {}
    }
  }
  const tls = 'tls' in map ? map.tls : undefined
  return {
    origins: Array.isArray(map.url) ? map.url : [map.url],
    connections: ('connections' in map ? map.connections : undefined) ?? 128,
    queue: ('queue' in map ? map.queue : undefined) ?? 1000,
    ...(tls === undefined
      ? {}
      : {
          tls: {
            ...read('ca', tls.ca),
            ...read('cert', tls.cert),
            ...read('key', tls.key),
            ...(tls.servername === undefined ? {} : { servername: tls.servername }),
          },
        }),
  }
}

const conflictTexts = {
  'same-path': 'covers the same paths as',
  'look-alike':
    'looks the same to an upstream that ignores case, dots, extensions or Unicode forms, but requires something else than',
  'same-api': 'has the same host and path as the API',
  'weaker-wildcard':
    'requires less than its stricter neighbour; should the upstream ignore extensions, take care of',
} as const

function reportConflicts(apis: readonly ApiConfig[], report: Report): void {
  const tableApis = apis.map((api) => ({
    ...api,
    paths: api.paths.map(({ pattern, methods }) => ({
      pattern,
      methods: new Map([...methods].map(([method, route]) => [method, { kind: 'route' as const, ...route }])),
    })),
  }))
  for (const { kind, first, second } of findRouteConflicts(tableApis)) {
    report(
      placeOf(second, apis),
      `${conflictTexts[kind]} ${first.path ?? first.api}`,
      kind === 'weaker-wildcard' ? 'warning' : 'error',
    )
  }
}

function placeOf({ api, path }: RouteConflict['first'], apis: readonly ApiConfig[]): Path {
  if (path === undefined) return ['apis', api]
  const owner = apis.find(({ name }) => name === api)
  const written = owner?.stripPath ? path.slice(owner.pathPrefix.length) || '/' : path
  return ['apis', api, 'routes', written]
}

/** One upstream behind two issuers could mistake one issuer's `sub` for the other's. */
function reportSharedUpstreams(apis: readonly ApiConfig[], report: Report): void {
  const users = new Map<string, ApiConfig>()
  for (const api of apis) {
    const origins = new Set(
      api.paths.flatMap(({ methods }) => [...methods.values()].flatMap(({ upstream }) => upstream.origins)),
    )
    for (const origin of origins) {
      const other = users.get(origin)
      users.set(origin, other ?? api)
      if (other === undefined || other.issuer === api.issuer) continue
      const telling = [other, api].every(({ identityHeaders }) =>
        identityHeaders.some(({ claim }) => claim === 'iss'),
      )
      if (!telling)
        report(
          ['apis', api.name, 'upstream'],
          `shares its upstream with ${other.name}, which has another issuer: map iss to a header in both`,
        )
    }
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
