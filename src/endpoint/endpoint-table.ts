import type { Refusal } from '../access/decision.ts'
import type { RequestHead } from '../http/request-head.ts'
import type { RequestTarget } from '../http/request-target.ts'
import { hostRank } from '../route/host-rank.ts'
import { createLiteralPaths } from '../route/literal-paths.ts'
import type { OwnEndpoint } from './own-endpoint.ts'

/** The own endpoints of one configuration. They are looked at before any route. */
export type EndpointTable = {
  readonly all: readonly OwnEndpoint[]
  /**
   * The endpoint that this request is for, or the reason why it is refused: look-alikes, other methods and
   * upgrades. Undefined for a path that is not an own endpoint's.
   */
  find(head: AskedHead, target: RequestTarget): OwnEndpoint | Refusal<never> | undefined
}

export type AskedHead = Pick<RequestHead, 'hostName' | 'method' | 'upgrade'>

/**
 * Undefined where there are none, so that requests pay nothing for them. On the hosts in `taken`, all paths
 * are an API's: where one names a host more precisely than an endpoint does, nothing leads to the API of that
 * endpoint.
 */
export function createEndpointTable(
  all: readonly OwnEndpoint[],
  taken: readonly string[] = [],
): EndpointTable | undefined {
  if (all.length === 0) return undefined
  const paths = createLiteralPaths(byPath(all))
  const misses = new Map(all.map((endpoint) => [endpoint, methodMiss(endpoint)]))
  return {
    all,
    find({ hostName, method, upgrade }, target) {
      const found = paths.find(target)
      const endpoint = found && mostSpecific(found.value, hostName, taken)
      if (found === undefined || endpoint === undefined) return undefined
      if (!found.isExact) return ambiguous
      if (!endpoint.methods.includes(method)) return misses.get(endpoint)
      return upgrade ? { ...upgradeRefused, pattern: endpoint.path } : endpoint
    },
  }
}

function byPath(all: readonly OwnEndpoint[]): ReadonlyMap<string, readonly OwnEndpoint[]> {
  const groups = new Map<string, OwnEndpoint[]>()
  for (const endpoint of all) {
    const group = groups.get(endpoint.path)
    if (group === undefined) groups.set(endpoint.path, [endpoint])
    else group.push(endpoint)
  }
  return groups
}

/** The endpoint that names this host most precisely; undefined when none does, or another API has it. */
function mostSpecific(
  endpoints: readonly OwnEndpoint[],
  hostName: string,
  taken: readonly string[],
): OwnEndpoint | undefined {
  const takenRank = taken.length === 0 ? 0 : hostRank(taken, hostName)
  let best: OwnEndpoint | undefined
  let bestRank = -1
  for (const endpoint of endpoints) {
    const rank = hostRank(endpoint.hosts, hostName)
    if (rank <= bestRank || (rank < takenRank && !endpoint.onEveryHost)) continue
    best = endpoint
    bestRank = rank
  }
  return best
}

const ambiguous: Refusal<never> = {
  outcome: 'refuse',
  code: 'ambiguous_target',
  detail: 'Another spelling of this path is answered by the gateway itself',
}

const upgradeRefused: Refusal<never> = {
  outcome: 'refuse',
  code: 'unsupported_upgrade',
  detail: 'The gateway itself answers this path, and takes no WebSockets there',
}

function methodMiss({ path, methods }: OwnEndpoint): Refusal<never> {
  const allow = methods.join(', ')
  return {
    outcome: 'refuse',
    code: 'method_not_allowed',
    detail: `The gateway itself answers this path, to ${allow} alone`,
    pattern: path,
    allow,
  }
}
