/** A request head that cannot be served; `detail` says nothing of what the client sent. */
export type HeadFault = {
  readonly code:
    | 'malformed_request'
    | 'invalid_request'
    | 'method_override'
    | 'unsupported_upgrade'
    | 'headers_too_large'
    | 'expectation_failed'
    | 'version_not_supported'
  readonly detail: string
}

/** Every fault that a head can have, except too many fields. */
export const headFaults = {
  version09: { code: 'malformed_request', detail: 'HTTP/0.9 is not served' },
  version: { code: 'version_not_supported', detail: 'Only HTTP/1.0 and HTTP/1.1 are served' },
  host: { code: 'malformed_request', detail: 'The request needs exactly one valid Host header' },
  authorization: { code: 'invalid_request', detail: 'The request has several Authorization headers' },
  contentLength: { code: 'malformed_request', detail: 'Content-Length is not one number below 2^53' },
  contentType: { code: 'malformed_request', detail: 'The request has several Content-Type headers' },
  coding: { code: 'malformed_request', detail: 'The only transfer coding that is taken is chunked' },
  codingOverHttp10: { code: 'malformed_request', detail: 'Transfer-Encoding does not exist in HTTP/1.0' },
  twoFramings: {
    code: 'malformed_request',
    detail: 'Content-Length and Transfer-Encoding exclude each other',
  },
  override: { code: 'method_override', detail: 'A header asks for another method than that of the request' },
  expectation: { code: 'expectation_failed', detail: 'The only expectation that is met is 100-continue' },
  foreignUpgrade: { code: 'unsupported_upgrade', detail: 'The only upgrade that is offered is websocket' },
  handshake: { code: 'unsupported_upgrade', detail: 'This is not a complete WebSocket handshake' },
} as const satisfies Record<string, HeadFault>

export function tooManyFields(limit: number): HeadFault {
  return {
    code: 'headers_too_large',
    detail: `The request has more than ${limit} header fields (limits.headerCount)`,
  }
}
