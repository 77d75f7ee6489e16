import { type Code, codes } from '../errors.ts'
import { asciiJson } from './ascii-json.ts'

/**
 * A complete response of the gateway's own: a status, a flat list of headers for `writeHead`, and a body in
 * ASCII. A large body is bytes, which all clients that read it slowly share.
 */
export type OwnResponse = {
  readonly status: number
  readonly headers: string[]
  readonly body: string | Uint8Array
}

export type TextResponse = OwnResponse & { readonly body: string }

/** A problem without the request that it answers. It is made once for each reason. */
export type Problem = {
  readonly status: number
  readonly headers: readonly string[]
  /** The parts of the body before the request id and behind it. */
  readonly body: readonly [string, string]
}

/** Makes an RFC 9457 problem, with application/problem+json, Cache-Control: no-store and `headers`. */
export function problem(code: Code, detail: string, headers: readonly string[] = []): Problem {
  const { status, title } = codes[code]
  const type = `urn:scopegate:problem:${code}`
  const start = asciiJson({ type, title, status, detail, code, requestId: '' })
  return {
    status,
    headers: ['Content-Type', 'application/problem+json', 'Cache-Control', 'no-store', ...headers],
    body: [start.slice(0, -'"}'.length), '"}'],
  }
}

/**
 * With Content-Length and X-Request-Id, and more headers where this request asks for them. `requestId`:
 * `[A-Za-z0-9._-]` only.
 */
export function problemResponse(
  { status, headers, body: [start, end] }: Problem,
  requestId: string,
  more: readonly string[] = [],
): TextResponse {
  const body = `${start}${requestId}${end}`
  return {
    status,
    headers: [...headers, 'Content-Length', String(body.length), 'X-Request-Id', requestId, ...more],
    body,
  }
}
