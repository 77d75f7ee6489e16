import { type AddressRules, createAddressRules } from '../access/address-rules.ts'
import type { AccessRequest } from '../access/authorize.ts'
import type { Decision } from '../access/decision.ts'
import type { Profiles } from '../access/profiles.ts'
import { createRefusalResponses, type RefusalResponses } from '../access/refusal-response.ts'
import type { ApiConfig, Config } from '../config/config.ts'
import { createEndpointTable, type EndpointTable } from '../endpoint/endpoint-table.ts'
import { type Cors, createCors } from '../http/cors.ts'
import { createForwardedPolicy, type ForwardedPolicy } from '../http/forwarded.ts'
import { createHeaderPolicy, type HeaderPolicy } from '../http/header-policy.ts'
import { createDecisionLog, type DecisionLog } from '../log/decision-log.ts'
import type { Rules } from '../proxy/exchange.ts'
import { createRouteTable, type RouteTable } from '../route/table.ts'
import { type ChatGptRequests, createChatGptRequests } from './chatgpt-requests.ts'
import { type CompiledRoute, compileApiRoutes, discoveriesOf, type RouteBuild } from './compile-route.ts'
import { Lease } from './lease.ts'
import { ownEndpoints, takenHosts } from './own-endpoints.ts'
import { profilesOf } from './profiles.ts'
import type { Runtime } from './runtime.ts'

export type GatewayOptions = {
  readonly config: Config
  readonly runtime: Runtime
  /** Returns the gateway that is in force at the time of the call. It decides about open streams again. */
  readonly current: () => Asked
}

/** Rules that can be asked the question. */
export type Asked = {
  authorize(asked: AccessRequest): Decision<CompiledRoute> | Promise<Decision<CompiledRoute>>
}

/** One configuration in the form in which requests are served. Nothing in it changes except the lease. */
export type Snapshot = {
  readonly config: Config
  readonly runtime: Runtime
  readonly rules: CompiledRules
  /** Undefined without `identity.profile`. */
  readonly profiles: Profiles | undefined
  /** Undefined where every API is open to any address. */
  readonly addresses: AddressRules | undefined
  /** Undefined where the file has none. */
  readonly endpoints: EndpointTable | undefined
  readonly headerPolicy: HeaderPolicy
  readonly forwarded: ForwardedPolicy
  /** Undefined where the file does not speak of ChatGPT. */
  readonly chatGpt: ChatGptRequests | undefined
  readonly refusalResponse: RefusalResponses
  readonly log: DecisionLog
  readonly streamRules: Rules
  /** Counts the requests under these rules that are not over. */
  readonly lease: Lease
}

export type CompiledApi = { readonly config: ApiConfig; readonly cors: Cors | undefined }

export type CompiledRules = {
  readonly table: RouteTable<CompiledRoute>
  readonly apis: ReadonlyMap<string, CompiledApi>
  readonly routes: readonly CompiledRoute[]
}

/**
 * Compiles a configuration. Takes key sets and upstreams from the runtime, where they live on. If it throws
 * half-way, it has given back everything that it took.
 */
export function compileSnapshot({ config, runtime, current }: GatewayOptions): Snapshot {
  const build: RouteBuild = {
    config,
    runtime,
    releases: [],
    plans: new Map(),
    requirements: new Map(),
    discoveries: discoveriesOf(config),
  }
  const release = () => {
    for (const giveBack of build.releases.splice(0)) giveBack()
  }
  try {
    const lease = new Lease(release)
    const rules = compileRules(build)
    return {
      config,
      runtime,
      rules,
      addresses: createAddressRules({ table: rules.table, apis: config.apis }),
      profiles: profilesOf(build),
      endpoints: createEndpointTable(ownEndpoints(build), takenHosts(config)),
      headerPolicy: createHeaderPolicy({
        identityHeaders: identityHeadersOf(config),
        ...config.identity,
      }),
      forwarded: createForwardedPolicy({
        trustedProxies: config.trustedProxies,
        tls: config.tls !== undefined,
      }),
      chatGpt: config.chatgpt && createChatGptRequests(config.chatgpt, runtime.longAnswers),
      refusalResponse: createRefusalResponses(config.publicUrl ?? 'scopegate'),
      log: createDecisionLog(runtime.log, config.log),
      streamRules: streamRules(current, lease, runtime),
      lease,
    }
  } catch (fault) {
    release()
    throw fault
  }
}

/** Those of every API, and those that are looked up: no client may set one, wherever it is sent. */
function identityHeadersOf({ apis, identity: { profile = [] } }: Config): string[] {
  const entries = [...apis.flatMap(({ identityHeaders }) => identityHeaders), ...profile]
  return entries.map(({ header }) => header)
}

function compileRules(build: RouteBuild): CompiledRules {
  const apis = new Map<string, CompiledApi>()
  const routes: CompiledRoute[] = []
  const tableApis = build.config.apis.map((api) => {
    apis.set(api.name, { config: api, cors: api.cors && createCors(api.cors) })
    const paths = compileApiRoutes(build, api)
    for (const path of paths) routes.push(...new Set(path.methods.values()))
    return {
      name: api.name,
      hosts: api.hosts,
      pathPrefix: api.pathPrefix,
      distinguishes: api.distinguishes,
      ...(api.from && { guard: JSON.stringify(api.from) }),
      paths,
    }
  })
  return { table: createRouteTable(tableApis), apis, routes }
}

/** Asks about an open stream again as about a request that comes now: only the time is another. */
function streamRules(current: () => Asked, lease: Lease, { cutOffs }: Runtime): Rules {
  return {
    revokes: (token) => cutOffs.revokes(token),
    stillAllow(asked) {
      const decision = current().authorize({ ...asked, nowMs: Date.now() })
      if (decision instanceof Promise) return decision.then(({ outcome }) => outcome === 'allow')
      return decision.outcome === 'allow'
    },
    get stale() {
      return lease.ended
    },
  }
}
