import { type Code, codes } from '../errors.ts'

/** A complete answer of the gateway's own: status, flat header list (for `writeHead`), body. */
export type Answer = { readonly status: number; readonly headers: string[]; readonly body: string }

/**
 * RFC 9457 problem answer: application/problem+json, `Cache-Control: no-store`, Content-Length, X-Request-Id and the
 * `headers` given. `detail` must be static ASCII text.
 */
export function problem(options: {
  readonly code: Code
  readonly detail: string
  readonly requestId: string
  readonly headers?: readonly string[]
}): Answer {
  const { code, detail, requestId, headers = [] } = options
  const { status, title } = codes[code]
  const type = `urn:scopegate:problem:${code}`
  const body = `${JSON.stringify({ type, title, status, detail, code, requestId })}\n`
  return {
    status,
    headers: [
      'Content-Type',
      'application/problem+json',
      'Content-Length',
      String(Buffer.byteLength(body)),
      'Cache-Control',
      'no-store',
      'X-Request-Id',
      requestId,
      ...headers,
    ],
    body,
  }
}
