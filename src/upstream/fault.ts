/** How an exchange with the upstream failed, before a head was relayed. */
export type UpstreamFault = 'upstream_unreachable' | 'upstream_protocol'

/** What an undici error means for the client. Parser errors may come without a code: their name tells. */
export function upstreamCode(error: Error): UpstreamFault {
  const code = 'code' in error ? String(error.code) : ''
  if (error.name === 'HTTPParserError' || code.startsWith('HPE_')) return 'upstream_protocol'
  // An unsolicited 100 or 101: undici tells these from a closed connection by the message alone.
  if (code === 'UND_ERR_SOCKET' && error.message.startsWith('bad ')) return 'upstream_protocol'
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

/** True when the connection broke without a byte of an answer. */
export function wasReset(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined
  return (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    (code === 'UND_ERR_SOCKET' && !error.message.startsWith('bad '))
  )
}
