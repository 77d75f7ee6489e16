import { createServer, type Server as HttpServer } from 'node:http'
import type { CompiledRoute } from './compiled-route.ts'
import { requirementText } from './route/requirement-text.ts'
import type { Runtime } from './runtime.ts'

export type AdminOptions = {
  readonly runtime: Runtime
  readonly routes: () => readonly CompiledRoute[]
  readonly stopping: () => boolean
}

/** Health, readiness and the rules in force, on a listener of their own that is never the public one. */
export function createAdmin(options: AdminOptions): HttpServer {
  return createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]
    const [status, body] =
      request.method === 'GET' || request.method === 'HEAD' ? answer(path, options) : notAllowed
    const allow = status === 405 ? ['Allow', 'GET, HEAD'] : []
    response.writeHead(status, ['Content-Type', 'application/json', 'Cache-Control', 'no-store', ...allow])
    response.end(`${JSON.stringify(body, null, 2)}\n`)
  })
}

type AdminAnswer = readonly [status: number, body: unknown]

const notAllowed: AdminAnswer = [405, { error: 'only GET is answered here' }]

function answer(path: string | undefined, options: AdminOptions): AdminAnswer {
  switch (path) {
    case '/livez':
      return [200, { live: true }]
    case '/readyz':
      return readiness(options)
    case '/routes':
      return [200, { routes: options.routes().map(describe) }]
    default:
      return [404, { error: 'try /livez, /readyz or /routes' }]
  }
}

/** 200 when every issuer's keys are here and the gateway is not stopping; otherwise 503 and what is missing. */
function readiness({ runtime, stopping }: AdminOptions): AdminAnswer {
  const issuers = runtime.keySets.values.map((keySet) => keySet.status())
  const missing = issuers.flatMap(({ ready, problem }) => (ready ? [] : [problem ?? 'the keys of an issuer']))
  if (stopping()) missing.push('the gateway is stopping')
  const { eventStreams, webSockets } = runtime.streams
  const body = { ready: missing.length === 0, missing, issuers, openStreams: { eventStreams, webSockets } }
  return [missing.length === 0 ? 200 : 503, body]
}

function describe(route: CompiledRoute): Record<string, unknown> {
  return {
    api: route.api,
    path: route.pattern,
    methods: route.methods,
    requires: requirementText(route.requirement),
  }
}
