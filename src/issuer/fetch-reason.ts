import { messageOf } from '../errors.ts'

/** Why a URL could not be fetched, in words by which the operator knows whose fault it is and what to do. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (/wrong version number|packet length too long|http request/i.test(messageOf(error))) return plainHttp
  if (code.startsWith('HPE_')) return 'this port does not speak http: if it speaks https, write https://'
  // An AggregateError (every address of a name refused) has no message of its own.
  return reasons[code] ?? (messageOf(error) || code)
}

const plainHttp = 'this port speaks plain http, not https: write http://, or the port that speaks https'
const untrusted =
  'its certificate comes from an authority that is not trusted here: name that one in issuer.tls.ca'

const reasons: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name than the one in this URL',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: compare the clocks',
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
