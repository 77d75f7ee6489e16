import type { AccessRoute } from './access/authorize.ts'
import { createIdentity, type Identity } from './access/identity.ts'
import type { ApiConfig, Config, PathConfig, RouteConfig } from './config/config.ts'
import { type Cors, createCors } from './http/cors.ts'
import type { ForwardPlan } from './proxy/exchange.ts'
import { createUpstream, type Upstream } from './proxy/upstream.ts'
import type { Requirement } from './route/requirement.ts'
import { createRouteTable, type RouteTable, type TablePath } from './route/table.ts'
import type { Runtime } from './runtime.ts'
import { createKeySet } from './token/key-set.ts'
import { createVerifier, type Verifier } from './token/verifier.ts'

/** One route with everything that its requests need, built when the file loads. */
export type CompiledRoute = AccessRoute & {
  readonly pattern: string
  readonly methods: readonly string[]
  /** As the log prints them, ` | ` between the sets of `anyOf`; undefined where no scope is needed. */
  readonly scopesNeeded: string | undefined
  readonly identity: Identity
  readonly authorization: RouteConfig['authorization']
  /** The prefix to take off the path before it goes upstream; '' for none. */
  readonly stripPrefix: string
  readonly preserveHost: boolean
  readonly plan: ForwardPlan
}

export type CompiledApi = { readonly config: ApiConfig; readonly cors: Cors | undefined }

export type CompiledRules = {
  readonly table: RouteTable<CompiledRoute>
  readonly apis: ReadonlyMap<string, CompiledApi>
  readonly routes: readonly CompiledRoute[]
  /** Gives back what was taken from the runtime. */
  release(): void
}

/**
 * Config → the immutable rules of one gateway. Takes key sets and upstreams from the runtime, where they live on. What
 * throws half-way gives back what it took.
 */
export function compileRules(config: Config, runtime: Runtime): CompiledRules {
  const releases: (() => void)[] = []
  const release = () => {
    for (const giveBack of releases.splice(0)) giveBack()
  }
  try {
    return { ...compileApis(config, runtime, releases), release }
  } catch (fault) {
    release()
    throw fault
  }
}

function compileApis(
  config: Config,
  runtime: Runtime,
  releases: (() => void)[],
): Omit<CompiledRules, 'release'> {
  const apis = new Map<string, CompiledApi>()
  const routes: CompiledRoute[] = []
  const tableApis = config.apis.map((api) => {
    apis.set(api.name, { config: api, cors: api.cors && createCors(api.cors) })
    const paths = compileApi(config, api, runtime, releases)
    for (const path of paths) routes.push(...new Set(path.methods.values()))
    return {
      name: api.name,
      hosts: api.hosts,
      pathPrefix: api.pathPrefix,
      distinguishes: api.distinguishes,
      paths,
    }
  })
  return { table: createRouteTable(tableApis), apis, routes }
}

function compileApi(
  config: Config,
  api: ApiConfig,
  runtime: Runtime,
  releases: (() => void)[],
): TablePath<CompiledRoute>[] {
  const shared = {
    verifier: verifierOf(config, api, runtime, releases),
    clients: api.clients && new Set(api.clients),
    identity: createIdentity(api.identityHeaders, (entry) =>
      runtime.log.warn(
        { api: api.name, header: entry.header, claim: entry.claim },
        'identity header left out: the claim holds control characters, outer white space or an unsafe integer',
      ),
    ),
  }
  return api.paths.map((path) => compilePath(config, api, path, shared, runtime, releases))
}

type Shared = {
  readonly verifier: Verifier | undefined
  readonly clients: ReadonlySet<string> | undefined
  readonly identity: Identity
}

function compilePath(
  config: Config,
  api: ApiConfig,
  path: PathConfig,
  shared: Shared,
  runtime: Runtime,
  releases: (() => void)[],
): TablePath<CompiledRoute> {
  const compiled = new Map<RouteConfig, CompiledRoute>()
  const methods = new Map<string, CompiledRoute>()
  for (const [method, route] of path.methods) {
    const known = compiled.get(route)
    const made = known ?? compileRoute(config, api, path, route, shared, runtime, releases)
    compiled.set(route, made)
    methods.set(method, made)
  }
  return { pattern: path.pattern, methods }
}

function compileRoute(
  config: Config,
  api: ApiConfig,
  path: PathConfig,
  route: RouteConfig,
  shared: Shared,
  runtime: Runtime,
  releases: (() => void)[],
): CompiledRoute {
  return {
    kind: 'route',
    api: api.name,
    pattern: path.pattern.text,
    methods: [...path.methods].filter(([, other]) => other === route).map(([method]) => method),
    requirement: route.requirement,
    scopesNeeded: scopesNeeded(route.requirement),
    allow: route.allow,
    websocket: route.websocket,
    authorization: route.authorization,
    stripPrefix: api.stripPath ? api.pathPrefix : '',
    preserveHost: api.preserveHost,
    ...shared,
    plan: {
      upstream: upstreamOf(config, route, runtime, releases),
      timeouts: route.timeouts,
      bodyLimitBytes: route.bodyBytes,
      answer: answerRules(config, api, route),
    },
  }
}

function scopesNeeded(requirement: Requirement): string | undefined {
  return requirement.kind === 'scopes' ? requirement.anyOf.map((set) => set.join(' ')).join(' | ') : undefined
}

function answerRules(config: Config, api: ApiConfig, route: RouteConfig): ForwardPlan['answer'] {
  const keepPrivate = route.requirement.kind !== 'public'
  const prefix = api.stripPath ? api.pathPrefix : ''
  if (config.publicUrl === undefined && prefix === '') return { keepPrivate }
  const upstreamOrigins = config.publicUrl === undefined ? [] : route.upstream.origins
  return { keepPrivate, location: { upstreamOrigins, publicUrl: config.publicUrl ?? '', prefix } }
}

function upstreamOf(
  config: Config,
  route: RouteConfig,
  runtime: Runtime,
  releases: (() => void)[],
): Upstream {
  const limits = {
    connectMs: route.timeouts.connectMs,
    responseHeaderBytes: config.limits.responseHeaderBytes,
  }
  const key = JSON.stringify([route.upstream, limits])
  releases.push(() => runtime.upstreams.release(key))
  return runtime.upstreams.acquire(key, () => createUpstream(route.upstream, limits))
}

function verifierOf(
  config: Config,
  api: ApiConfig,
  runtime: Runtime,
  releases: (() => void)[],
): Verifier | undefined {
  const issuer = api.issuer === undefined ? undefined : config.issuers.get(api.issuer)
  if (issuer === undefined) return undefined
  const key = JSON.stringify(issuer)
  const { cache, verifications: queue, log } = runtime
  const keySet = runtime.keySets.acquire(key, () => createKeySet({ issuer, cache, log }))
  releases.push(() => runtime.keySets.release(key))
  return createVerifier({ issuer, resource: api.resource, tokens: config.tokens, keySet, cache, queue })
}
