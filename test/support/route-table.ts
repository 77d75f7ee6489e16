import { type AccessRoute, authorize } from '../../src/access/authorize.ts'
import type { Config } from '../../src/config/config.ts'
import { receiveTarget } from '../../src/http/received-target.ts'
import { readRequestHead } from '../../src/http/request-head.ts'
import { createRouteTable } from '../../src/route/table.ts'
import { accessToken } from './access-token.ts'

/** `allow`, or the code of the refusal. */
export type Answer = (method: string, path: string, scopes: readonly string[] | undefined) => Promise<string>

/** Asks the routes of a configuration the whole question. The token, where there is one, is good. */
export function askRoutes(config: Config): Answer {
  let held: readonly string[] = []
  const verifier = {
    verify: () => ({
      verified: true as const,
      token: accessToken({ iss: 'https://issuer.test' }, { scopes: new Set(held) }),
      cache: 'hit' as const,
    }),
  }
  const table = createRouteTable<AccessRoute>(
    config.apis.map((api) => ({
      ...api,
      paths: api.paths.map(({ pattern, methods }) => ({
        pattern,
        methods: new Map(
          [...methods].map(([method, route]) => [
            method,
            { kind: 'route', ...route, clients: undefined, discovery: undefined, api: api.name, verifier },
          ]),
        ),
      })),
    })),
  )
  return async (method, path, scopes) => {
    held = scopes ?? []
    const token = scopes === undefined ? [] : ['Authorization', 'Bearer t']
    const head = readRequestHead(method, '1.1', ['Host', 'a.test', ...token], { headerCount: 100 })
    if ('code' in head) throw new Error(head.detail)
    const target = receiveTarget(path, head, 100_000)
    if ('code' in target) return target.code
    const client = { address: '203.0.113.7', headers: [] }
    const decision = await authorize(table, { head, target, client, nowMs: 0 })
    return decision.outcome === 'allow' ? 'allow' : decision.code
  }
}
