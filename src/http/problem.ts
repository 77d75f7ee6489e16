import { type Code, codes } from '../errors.ts'

/** A complete answer of the gateway's own: status, flat header list (for `writeHead`), body. */
export type Answer = { readonly status: number; readonly headers: string[]; readonly body: string }

/**
 * RFC 9457 problem answer: application/problem+json, Cache-Control: no-store, Content-Length, X-Request-Id and `extra` headers.
 */
export function problem(options: {
  readonly code: Code
  readonly detail: string
  readonly requestId: string
  readonly headers?: readonly string[]
}): Answer {
  const { code, detail, requestId, headers = [] } = options
  const { status, start, end } = templates[code]
  const body = `${start}${JSON.stringify(detail)}${end}${JSON.stringify(requestId)}}`
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

/** What stands before the detail, and between it and the request id. */
type Template = { readonly status: number; readonly start: string; readonly end: string }

const templates: Readonly<Record<Code, Template>> = Object.fromEntries(
  Object.entries(codes).map(([code, { status, title }]) => [code, template(code, status, title)]),
  // The entries are those of `codes`, whose keys are Code.
) as Record<Code, Template>

function template(code: string, status: number, title: string): Template {
  const start = JSON.stringify({ type: `urn:scopegate:problem:${code}`, title, status })
  return { status, start: `${start.slice(0, -1)},"detail":`, end: `,"code":"${code}","requestId":` }
}
