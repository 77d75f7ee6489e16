import type { Answer } from './problem.ts'
import type { RequestHead } from './request-head.ts'

/** `apis.*.cors` (Fetch standard, section "HTTP-CORS protocol"). */
export type CorsOptions = {
  readonly origins: readonly string[]
  /** undefined: the methods that the path lists. */
  readonly methods?: readonly string[]
  /** undefined: Authorization and Content-Type. */
  readonly headers?: readonly string[]
  readonly exposeHeaders: readonly string[]
  readonly credentials: boolean
  readonly maxAgeSeconds?: number
}

export type Cors = {
  /** Headers for an ordinary answer or refusal to this origin; has `Vary: Origin` unless any origin is allowed. */
  headers(origin: string | undefined): readonly string[]
  /** The answer to a preflight: 204, with the CORS headers only where origin, method and headers are allowed. */
  preflight(head: RequestHead, pathMethods: readonly string[]): Answer
}

/** OPTIONS with Origin and Access-Control-Request-Method. */
export function isPreflight(head: RequestHead): boolean {
  return (
    head.method === 'OPTIONS' && head.origin !== undefined && head.accessControlRequestMethod !== undefined
  )
}

export function createCors(options: CorsOptions): Cors {
  const any = options.origins.includes('*')
  const origins = new Set(options.origins)
  const requestHeaders = options.headers ?? ['Authorization', 'Content-Type']
  const lowerCased = new Set(requestHeaders.map((name) => name.toLowerCase()))
  const vary = any ? [] : ['Vary', 'Origin']
  const exposed = ['Access-Control-Expose-Headers', ['WWW-Authenticate', ...options.exposeHeaders].join(', ')]

  function allowOrigin(origin: string): string[] {
    const headers = ['Access-Control-Allow-Origin', any ? '*' : origin, ...vary]
    if (options.credentials) headers.push('Access-Control-Allow-Credentials', 'true')
    return headers
  }

  function isAllowed(head: RequestHead, methods: readonly string[]): boolean {
    const asked = (head.accessControlRequestHeaders ?? '').split(',').map((name) => name.trim().toLowerCase())
    return (
      methods.includes(head.accessControlRequestMethod ?? '') &&
      asked.every((name) => name === '' || lowerCased.has(name))
    )
  }

  return {
    headers(origin) {
      if (origin === undefined || !(any || origins.has(origin))) return vary
      return [...allowOrigin(origin), ...exposed]
    },
    preflight(head, pathMethods) {
      const methods = options.methods ?? pathMethods
      const origin = head.origin ?? ''
      if (!(any || origins.has(origin)) || !isAllowed(head, methods)) {
        return { status: 204, headers: [...vary], body: '' }
      }
      const headers = allowOrigin(origin)
      headers.push('Access-Control-Allow-Methods', methods.join(', '))
      headers.push('Access-Control-Allow-Headers', requestHeaders.join(', '))
      if (options.maxAgeSeconds !== undefined) {
        headers.push('Access-Control-Max-Age', String(options.maxAgeSeconds))
      }
      return { status: 204, headers, body: '' }
    },
  }
}
