import type { OwnResponse } from './problem.ts'
import type { RequestHead } from './request-head.ts'

/** `apis.*.cors` (Fetch standard, section "HTTP-CORS protocol"). */
export type CorsOptions = {
  /** Serialized origins, compared byte for byte, or `*`. */
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
  /**
   * Headers for an ordinary answer or refusal to this origin; always has `Vary: Origin` unless any origin is
   * allowed.
   */
  headers(origin: string | undefined): readonly string[]
  /** Answers a preflight: 204, with the CORS headers only when origin, method and headers are allowed. */
  preflight(head: RequestHead, pathMethods: readonly string[]): OwnResponse
}

export function createCors(options: CorsOptions): Cors {
  const origins = new Set(options.origins)
  const vary = origins.has('*') ? [] : ['Vary', 'Origin']
  const exposed = exposedHeaders(options)
  const allowsHeaders = headerCheck(options.headers ?? defaultHeaders)
  const fixed = preflightHeaders(options)
  const grant = (origin: string | undefined) => originHeaders(origins, origin, options.credentials)
  return {
    headers(origin) {
      const granted = grant(origin)
      return granted === undefined ? vary : [...vary, ...granted, ...exposed]
    },
    preflight(head, pathMethods) {
      const methods = options.methods ?? pathMethods
      const granted = grant(head.origin)
      const allowed =
        granted !== undefined &&
        methods.includes(head.accessControlRequestMethod ?? '') &&
        allowsHeaders(requestedHeaders(head))
      if (!allowed) return { status: 204, headers: [...vary], body: '' }
      const headers = [...vary, ...granted, 'Access-Control-Allow-Methods', methods.join(', '), ...fixed]
      return { status: 204, headers, body: '' }
    },
  }
}

/** OPTIONS with Origin and Access-Control-Request-Method. */
export function isPreflight(head: RequestHead): boolean {
  return (
    head.method === 'OPTIONS' && head.origin !== undefined && head.accessControlRequestMethod !== undefined
  )
}

const defaultHeaders: readonly string[] = ['Authorization', 'Content-Type']

/** Undefined when this origin is not allowed. */
function originHeaders(
  origins: ReadonlySet<string>,
  origin: string | undefined,
  credentials: boolean,
): readonly string[] | undefined {
  if (origins.has('*')) return ['Access-Control-Allow-Origin', '*']
  if (origin === undefined || !origins.has(origin)) return undefined
  const allowed = ['Access-Control-Allow-Origin', origin]
  return credentials ? [...allowed, 'Access-Control-Allow-Credentials', 'true'] : allowed
}

/** A page must be able to read the challenge, whatever else is exposed. */
function exposedHeaders(options: CorsOptions): readonly string[] {
  const named = options.exposeHeaders.filter((name) => name.toLowerCase() !== 'www-authenticate')
  return ['Access-Control-Expose-Headers', [...named, 'WWW-Authenticate'].join(', ')]
}

function preflightHeaders({ headers = defaultHeaders, maxAgeSeconds }: CorsOptions): readonly string[] {
  const allowed = headers.length === 0 ? [] : ['Access-Control-Allow-Headers', headers.join(', ')]
  return maxAgeSeconds === undefined
    ? allowed
    : [...allowed, 'Access-Control-Max-Age', String(Math.floor(maxAgeSeconds))]
}

/** The wildcard does not cover Authorization (Fetch standard, "CORS-preflight fetch"). */
function headerCheck(allowed: readonly string[]): (requested: readonly string[]) => boolean {
  const names = new Set(allowed.map((name) => name.toLowerCase()))
  const any = names.has('*')
  return (requested) => requested.every((name) => names.has(name) || (any && name !== 'authorization'))
}

/** Lower-cased names of Access-Control-Request-Headers. */
function requestedHeaders({ headers }: RequestHead): readonly string[] {
  const names: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== 'access-control-request-headers') continue
    for (const name of (headers[i + 1] ?? '').toLowerCase().split(',')) {
      if (name.trim() !== '') names.push(name.trim())
    }
  }
  return names
}
