import type { ProposedRoute } from '../../openapi/draft.ts'
import type { ProposedRoutes } from '../../openapi/routes.ts'
import { parsePattern } from '../../route/pattern.ts'

function route(scope: string): ProposedRoute {
  const requirement = { kind: 'scopes', anyOf: [[scope]], where: [] } as const
  return { requirement, operations: [], isWidened: false, isMatrix: false }
}

const everything = parsePattern('/**')
const methods = new Map([
  ...['GET', 'OPTIONS'].map((method) => [method, route('read')] as const),
  ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, route('write')] as const),
])

/** Without a document, nothing is known about an API but that reading and writing differ. */
export const plainRoutes: ProposedRoutes = {
  paths: typeof everything === 'string' ? [] : [{ pattern: everything, methods }],
  distinguishes: [],
  lost: new Set(),
}
