import { isParserError, isUnsolicitedInterim } from './undici-client.ts'

/** The ways in which an exchange with the upstream fails before a head is relayed. */
export type UpstreamFault = 'upstream_unreachable' | 'upstream_protocol'

/** Chooses the code for an error of undici. */
export function upstreamCode(error: Error): UpstreamFault {
  if (isParserError(error) || isUnsolicitedInterim(error)) return 'upstream_protocol'
  return protocolCodes.has(codeOf(error)) ? 'upstream_protocol' : 'upstream_unreachable'
}

const protocolCodes = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_INFO',
])

/** Tells the client the kind of a fault, and never an address. */
export function faultDetail(error: Error): string {
  if (upstreamCode(error) === 'upstream_protocol') return protocolDetail
  return `The upstream cannot be reached: ${reasonOf(error)}`
}

export const protocolDetail = 'The upstream sent an answer that is not well-formed HTTP/1.1'

/** Tells the operator the reason, and the address and words of the error itself. */
export function faultCause(error: Error): string {
  const text = error.message || codeOf(error) || error.name
  return `${reasonOf(error)} (${text.slice(0, 200)})`
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens at its address; check that it runs, and its port'],
  ['ENOTFOUND', 'its name cannot be resolved; check the host in upstream'],
  ['EAI_AGAIN', 'its name cannot be resolved at the moment; check the DNS server'],
  ['EHOSTUNREACH', 'no route leads to its address; check the network'],
  ['ENETUNREACH', 'no route leads to its address; check the network'],
  ['ETIMEDOUT', 'it took no connection in time; check the network, and timeouts.connect'],
  ['UND_ERR_CONNECT_TIMEOUT', 'it took no connection within timeouts.connect; check the network'],
  ['EMFILE', 'the gateway has no file descriptors left; raise its limit (ulimit -n)'],
  ['ENFILE', 'the machine has no file descriptors left'],
  ['EADDRNOTAVAIL', 'the gateway has no local ports left; raise the range, or keep connections'],
  ['ECONNRESET', 'it closed the connection without an answer'],
  ['EPIPE', 'it closed the connection without an answer'],
  ['UND_ERR_SOCKET', 'it closed the connection without an answer'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate names another host; check upstream.tls.servername'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is not trusted; name its authority in upstream.tls.ca'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is not trusted; name its authority in upstream.tls.ca'],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'its certificate is not trusted; name its authority in upstream.tls.ca',
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'its certificate is not trusted; name its authority in upstream.tls.ca',
  ],
])

function reasonOf(error: Error): string {
  const code = codeOf(error)
  if (code === 'EPROTO' || /wrong version number|packet length too long/i.test(error.message))
    return 'it does not speak TLS at this port; check http and https in upstream'
  return reasons.get(code) ?? 'check that it runs and that its address is right'
}

/**
 * The code of an error. A name with several addresses fails with all of them: there the first one is as good
 * as any.
 */
function codeOf(error: Error): string {
  if ('code' in error && error.code !== undefined) return String(error.code)
  const [first] = 'errors' in error && Array.isArray(error.errors) ? error.errors : []
  return first instanceof Error && 'code' in first ? String(first.code) : ''
}

/** True when the connection was refused: no byte of the request was sent. */
export function wasRefused(error: Error): boolean {
  return codeOf(error) === 'ECONNREFUSED'
}

/** True when the connection broke without a byte of a response. */
export function wasReset(error: Error): boolean {
  const code = codeOf(error)
  return (
    code === 'ECONNRESET' || code === 'EPIPE' || (code === 'UND_ERR_SOCKET' && !isUnsolicitedInterim(error))
  )
}
