/** What an undici error means for the client. Parser errors may come without a code: their name tells. */
export function upstreamCode(error: Error): 'upstream_unreachable' | 'upstream_protocol' {
  const code = 'code' in error ? String(error.code) : ''
  if (error.name === 'HTTPParserError' || code.startsWith('HPE_')) return 'upstream_protocol'
  return protocolCodes.has(code) ? 'upstream_protocol' : 'upstream_unreachable'
}

const protocolCodes = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_INFO',
])
