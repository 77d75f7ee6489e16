import { isParserError, isUnsolicitedInterim } from './undici-client.ts'

/** How an exchange with the upstream failed, before a head was relayed. */
export type UpstreamFault = 'upstream_unreachable' | 'upstream_protocol'

/** The code that an error of undici has for the client. */
export function upstreamCode(error: Error): UpstreamFault {
  if (isParserError(error) || isUnsolicitedInterim(error)) return 'upstream_protocol'
  const code = 'code' in error ? String(error.code) : ''
  return protocolCodes.has(code) ? 'upstream_protocol' : 'upstream_unreachable'
}

const protocolCodes = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_INFO',
])

export const faultDetails: Readonly<Record<UpstreamFault, string>> = {
  upstream_unreachable: 'The upstream cannot be reached; check that it runs and that its address is right',
  upstream_protocol: 'The upstream sent an answer that is not well-formed HTTP/1.1',
}

/** True when the connection was refused: no byte of the request was sent. */
export function wasRefused(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNREFUSED'
}

/** True when the connection broke without a byte of a response. */
export function wasReset(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined
  return (
    code === 'ECONNRESET' || code === 'EPIPE' || (code === 'UND_ERR_SOCKET' && !isUnsolicitedInterim(error))
  )
}
