import { createServer, type Server as HttpServer } from 'node:http'
import type { CompiledRoute } from '../gateway/compile-route.ts'
import { requirementText } from '../route/requirement-text.ts'
import type { Health } from './health.ts'

export type AdminOptions = {
  /** False when nothing but a restart can help. */
  readonly live: () => boolean
  readonly health: () => Health | Promise<Health>
  /** The rules in force; undefined when no process that serves can be asked. */
  readonly routes: () => RouteLine[] | Promise<RouteLine[] | undefined>
}

/** One route as `/routes` shows it. */
export type RouteLine = {
  readonly api: string
  readonly path: string
  readonly methods: readonly string[]
  readonly requires: string
}

/** Serves `/livez`, `/readyz` and `/routes`, on a listener of its own that is never the public one. */
export function createAdmin(options: AdminOptions): HttpServer {
  return createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    void Promise.resolve(isRead ? respond(path, options) : notAllowed).then(([status, body]) => {
      const allow = status === 405 ? ['Allow', 'GET, HEAD'] : []
      response.writeHead(status, ['Content-Type', 'application/json', 'Cache-Control', 'no-store', ...allow])
      response.end(`${JSON.stringify(body, null, 2)}\n`)
    })
  })
}

export function routeLine(route: CompiledRoute): RouteLine {
  return {
    api: route.api,
    path: route.pattern,
    methods: route.methods,
    requires: requirementText(route.requirement),
  }
}

type AdminResponse = readonly [status: number, body: unknown]

const notAllowed: AdminResponse = [405, { error: 'only GET is answered here' }]
const noneServes: AdminResponse = [503, { error: 'no worker serves at the moment' }]

async function respond(path: string | undefined, options: AdminOptions): Promise<AdminResponse> {
  switch (path) {
    case '/livez':
      return options.live() ? [200, { live: true }] : [503, { live: false }]
    case '/readyz': {
      const health = await options.health()
      return [health.ready ? 200 : 503, health]
    }
    case '/routes': {
      const routes = await options.routes()
      return routes === undefined ? noneServes : [200, { routes }]
    }
    default:
      return [404, { error: 'try /livez, /readyz or /routes' }]
  }
}
