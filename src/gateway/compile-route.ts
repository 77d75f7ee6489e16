import type { AccessRoute } from '../access/authorize.ts'
import { createDiscovery, type Discovery } from '../access/discovery.ts'
import { createIdentity, type Identity } from '../access/identity.ts'
import type { ApiConfig, Config, PathConfig, RouteConfig } from '../config/config.ts'
import { protectedResourcesOf } from '../config/protected-resources.ts'
import { createKeySet } from '../issuer/key-set.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import type { ForwardPlan } from '../proxy/exchange.ts'
import { locationRules } from '../proxy/location.ts'
import type { ResponseRules } from '../proxy/response-head.ts'
import type { Requirement } from '../route/requirement.ts'
import type { TablePath } from '../route/table.ts'
import { createIssuerLine } from '../token/opaque/issuer-line.ts'
import { createVerifier, type Verifier, type VerifierOptions } from '../token/verifier.ts'
import { createUpstream, type Upstream } from '../upstream/upstream.ts'
import { opaqueOptions } from './opaque-options.ts'
import type { Runtime } from './runtime.ts'

/** One route with everything that its requests need. It is built when the file loads. */
export type CompiledRoute = AccessRoute & {
  readonly pattern: string
  readonly methods: readonly string[]
  /** Printed for the log, with ` | ` between the sets of `anyOf`; undefined where no scope is needed. */
  readonly scopesNeeded: string | undefined
  readonly identity: Identity
  readonly authorization: RouteConfig['authorization']
  /** The prefix that is taken off the path before it goes upstream; '' for none. */
  readonly stripPrefix: string
  readonly preserveHost: boolean
  readonly plan: ForwardPlan
}

/** Everything that is needed while one configuration is compiled. */
export type RouteBuild = {
  readonly config: Config
  readonly runtime: Runtime
  /** Each gives back one thing that was taken from the runtime. */
  readonly releases: (() => void)[]
  /**
   * Routes that say the same share one copy. Then the requests of thousands of routes find the same few
   * objects in the processor's caches.
   */
  readonly plans: Map<string, ForwardPlan>
  readonly requirements: Map<string, Requirement>
  /** By the names of the APIs whose metadata is published. */
  readonly discoveries: ReadonlyMap<string, Discovery>
}

export function discoveriesOf(config: Config): Map<string, Discovery> {
  const resources = protectedResourcesOf(config).map((resource) => ({
    apis: resource.apis,
    discovery: createDiscovery(resource),
  }))
  return new Map(resources.flatMap(({ apis, discovery }) => apis.map((api) => [api, discovery] as const)))
}

/** Compiles the routes of one API, by path and method. */
export function compileApiRoutes(build: RouteBuild, api: ApiConfig): TablePath<CompiledRoute>[] {
  const shared = {
    verifier: verifierOf(build, api),
    discovery: build.discoveries.get(api.name),
    clients: api.clients && new Set(api.clients),
    identity: createIdentity(api.identityHeaders, build.config.identity.machines, (entry) =>
      build.runtime.log.warn(
        { api: api.name, header: entry.header, claim: entry.claim },
        'identity header left out: the claim holds control characters, outer white space ' +
          'or an unsafe integer',
      ),
    ),
  }
  return api.paths.map((path) => compilePath(build, api, path, shared))
}

/** The parts that are the same for every route of an API. */
type Shared = {
  readonly verifier: Verifier | undefined
  readonly discovery: Discovery | undefined
  readonly clients: ReadonlySet<string> | undefined
  readonly identity: Identity
}

function compilePath(
  build: RouteBuild,
  api: ApiConfig,
  path: PathConfig,
  shared: Shared,
): TablePath<CompiledRoute> {
  const compiled = new Map<RouteConfig, CompiledRoute>()
  const methods = new Map<string, CompiledRoute>()
  for (const [method, route] of path.methods) {
    const made = compiled.get(route) ?? compileRoute(build, api, path, route, shared)
    compiled.set(route, made)
    methods.set(method, made)
  }
  return { pattern: path.pattern, methods }
}

function compileRoute(
  build: RouteBuild,
  api: ApiConfig,
  path: PathConfig,
  route: RouteConfig,
  shared: Shared,
): CompiledRoute {
  return {
    kind: 'route',
    api: api.name,
    pattern: path.pattern.text,
    methods: [...path.methods].filter(([, other]) => other === route).map(([method]) => method),
    requirement: once(build.requirements, JSON.stringify(route.requirement), () => route.requirement),
    scopesNeeded: scopesNeeded(route.requirement),
    allow: route.allow,
    websocket: route.websocket,
    authorization: route.authorization,
    stripPrefix: api.stripPath ? api.pathPrefix : '',
    preserveHost: api.preserveHost,
    ...shared,
    plan: planOf(build, api, route),
  }
}

function scopesNeeded(requirement: Requirement): string | undefined {
  return requirement.kind === 'scopes' ? requirement.anyOf.map((set) => set.join(' ')).join(' | ') : undefined
}

function planOf(build: RouteBuild, api: ApiConfig, route: RouteConfig): ForwardPlan {
  const response = responseRules(build.config, api, route)
  const { upstream, timeouts, bodyBytes } = route
  return once(build.plans, JSON.stringify([upstream, timeouts, bodyBytes, response]), () => ({
    upstream: upstreamOf(build, route),
    timeouts,
    bodyLimitBytes: bodyBytes,
    bodyRateBytes: build.config.limits.bodyRate,
    response,
  }))
}

function once<T>(made: Map<string, T>, key: string, make: () => T): T {
  const known = made.get(key) ?? make()
  made.set(key, known)
  return known
}

function responseRules(config: Config, api: ApiConfig, route: RouteConfig): ResponseRules {
  const keepPrivate = route.requirement.kind !== 'public'
  const prefix = api.stripPath ? api.pathPrefix : ''
  if (config.publicUrl === undefined && prefix === '') return { keepPrivate }
  const { publicUrl = '' } = config
  const { origins } = route.upstream
  return {
    keepPrivate,
    location: locationRules({ origins, publicUrl, prefix, preserveHost: api.preserveHost }),
  }
}

function upstreamOf({ config, runtime, releases }: RouteBuild, route: RouteConfig): Upstream {
  const limits = {
    connectMs: route.timeouts.connectMs,
    responseHeaderBytes: config.limits.responseHeaderBytes,
  }
  const key = JSON.stringify([route.upstream, limits])
  releases.push(() => runtime.upstreams.release(key))
  return runtime.upstreams.acquire(key, () => createUpstream(route.upstream, limits, runtime))
}

function verifierOf(build: RouteBuild, api: ApiConfig): Verifier | undefined {
  const { config, runtime, releases } = build
  const issuer = api.issuer === undefined ? undefined : config.issuers.get(api.issuer)
  if (issuer === undefined) return undefined
  const { cache, verifications: queue, cutOffs, log, meters } = runtime
  const onKeysLeft = (thumbprints: readonly string[]) => thumbprints.forEach(cache.removeKey)
  const failures = meters.counter('scopegate_issuer_failures_total', issuer.issuer)
  // Another secret or endpoint must not cost the keys that are there.
  const { client: _, endpoints: __, ...keyOptions } = issuer
  const key = JSON.stringify(keyOptions)
  const keySet = runtime.keySets.acquire(key, () =>
    createKeySet({ issuer: keyOptions, log, onKeysLeft, failures }),
  )
  releases.push(() => runtime.keySets.release(key))
  const opaque = opaqueOf(build, api, issuer)
  return createVerifier({
    issuer,
    audience: api.audience,
    tokens: config.tokens,
    keySet,
    cache,
    queue,
    cutOffs,
    seen: isPolled(config, issuer) ? runtime.seen : undefined,
    opaque,
  })
}

function isPolled({ revocation }: Config, { issuer }: IssuerOptions): boolean {
  return revocation?.pollMs !== undefined && revocation.issuer === issuer
}

function opaqueOf(
  { config, runtime, releases }: RouteBuild,
  api: ApiConfig,
  issuer: IssuerOptions,
): VerifierOptions['opaque'] {
  const options = opaqueOptions(config, api, issuer)
  if (options === undefined) return undefined
  const { log, meters } = runtime
  const { inFlight } = config.opaque
  const failures = meters.counter('scopegate_issuer_failures_total', issuer.issuer)
  const key = JSON.stringify([issuer, inFlight])
  const line = runtime.issuerLines.acquire(key, () => createIssuerLine({ issuer, inFlight, log, failures }))
  releases.push(() => runtime.issuerLines.release(key))
  return { options, line }
}
