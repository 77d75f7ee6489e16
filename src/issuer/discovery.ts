import { fetchJson } from './fetch-json.ts'
import { isJsonObject } from './json-object.ts'
import type { IssuerOptions } from './options.ts'
import { printableText } from './printable-text.ts'

/** The discovery document of an issuer, and where it came from. */
export type Metadata = {
  readonly url: string
  readonly members: Readonly<Record<string, unknown>>
}

/**
 * The URL of an issuer's keys: `jwksUri` as configured, else from its discovery document. Throws an Error
 * with a message for the operator.
 */
export async function findJwksUri(issuer: IssuerOptions): Promise<string> {
  if (issuer.jwksUri !== undefined) return issuer.jwksUri
  return endpointIn(await fetchMetadata(issuer), 'jwks_uri', 'issuer.jwksUri')
}

/**
 * The OpenID Connect Discovery document (in the appended form, the only one that Logto serves). Throws an
 * Error with a message for the operator.
 */
export async function fetchMetadata(issuer: IssuerOptions): Promise<Metadata> {
  // OpenID Connect Discovery section 4.1: a terminating slash of the issuer is taken off first.
  const url = `${issuer.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const document = await fetchJson(url, issuer)
  if (!isJsonObject(document)) throw new Error(`${url} is not a JSON object`)
  const { issuer: named } = document
  if (named !== issuer.issuer && !issuer.also?.some((name) => name === named)) {
    throw new Error(
      `${url} names another issuer, ${printableText(named)}: configure the exact value of its member issuer`,
    )
  }
  return { url, members: document }
}

/** The URL that a member of the document holds; `setting` is the key that takes its place. */
export function endpointIn({ url, members }: Metadata, member: string, setting: string): string {
  const endpoint = members[member]
  if (typeof endpoint !== 'string') throw new Error(`${url} has no ${member}: set ${setting}`)
  requireSameOrigin(endpoint, url, member, setting)
  return endpoint
}

/**
 * Logto's endpoint URLs follow the Host header of the request: behind a TLS proxy they come out as http. No
 * secret and no token is sent to another origin only because a document says so.
 */
function requireSameOrigin(endpoint: string, url: string, member: string, setting: string): void {
  const target = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const { origin, protocol } = new URL(url)
  if (target?.origin === origin) return
  if (protocol === 'https:' && target?.protocol === 'http:') {
    throw new Error(
      `${url} was fetched by https but its ${member} is http: set ${setting}, ` +
        'or TRUST_PROXY_HEADER=1 at Logto',
    )
  }
  throw new Error(`${url} points to a ${member} at another origin: set ${setting} if that is right`)
}
