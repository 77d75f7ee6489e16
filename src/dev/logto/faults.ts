import type { ServerResponse } from 'node:http'

/** Trouble that requests meet. */
export type Fault = {
  /** Milliseconds to wait before each response. */
  delayMs?: number
  /** The connection is cut without a response. */
  isDown?: boolean
  /** Every response has this status. */
  status?: number
  /** Seconds in `Retry-After`, for use with `status`. */
  retryAfter?: number
  /** This text, which need not be JSON, is served instead of the key set. */
  jwks?: string
  /** Every response is this text, of the type `contentType` (default: JSON). */
  body?: string
  contentType?: string
  /** The proper response says that it is of this type. */
  wrongType?: string
  /** Every response redirects there, with 307. */
  location?: string
  /** Every response is a body without end. */
  endless?: boolean
}

/** Trouble that requests from now on meet. */
export type Faults = Fault & {
  /** Only those to this path, with its query, meet it: `/oidc/token/introspection`. Default: all */
  path?: string
}

/** Whether this response is over, since the fault has given it. */
export function fail(fault: Fault, path: string, res: ServerResponse): boolean {
  const { status, retryAfter, jwks, body, contentType, location, endless, isDown } = fault
  if (retryAfter !== undefined) res.setHeader('retry-after', retryAfter)
  if (isDown === true) res.destroy()
  else if (location !== undefined) res.writeHead(307, { location }).end()
  else if (endless === true) pour(res)
  else if (body !== undefined) sendText(res, status ?? 200, body, contentType ?? 'application/json')
  else if (status !== undefined) sendText(res, status, 'fault on demand')
  else if (jwks !== undefined && path === '/oidc/jwks') res.end(jwks)
  else return false
  return true
}

/** Holds on to a content type, whatever is set later. */
export function forceContentType(res: ServerResponse, type: string): void {
  const set = res.setHeader.bind(res)
  set('content-type', type)
  res.setHeader = (name, value) => (name.toLowerCase() === 'content-type' ? res : set(name, value))
}

export function sendText(res: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  const headers = { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }
  res.writeHead(status, headers).end(text)
}

function pour(res: ServerResponse): void {
  res.setHeader('content-type', 'application/json')
  const more = () => {
    while (!res.destroyed && res.write(' '.repeat(65_536)));
    if (!res.destroyed) res.once('drain', more)
  }
  more()
}
