import { fetchJson } from './fetch-json.ts'
import { isJsonObject } from './json-object.ts'
import type { IssuerOptions } from './options.ts'
import { printableText } from './printable-text.ts'

/**
 * The URL of an issuer's keys: `jwksUri` as configured, else from its OpenID Connect Discovery document (in
 * the appended form, the only one that Logto serves). Throws an Error with a message for the operator.
 */
export async function findJwksUri(issuer: IssuerOptions): Promise<string> {
  if (issuer.jwksUri !== undefined) return issuer.jwksUri
  // OpenID Connect Discovery section 4.1: a terminating slash of the issuer is taken off first.
  const url = `${issuer.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const document = await fetchJson(url, issuer)
  if (!isJsonObject(document)) throw new Error(`${url} is not a JSON object`)
  const { issuer: named, jwks_uri: jwksUri } = document
  if (named !== issuer.issuer && !issuer.also?.some((name) => name === named)) {
    throw new Error(
      `${url} names another issuer, ${printableText(named)}: configure the exact value of its member issuer`,
    )
  }
  if (typeof jwksUri !== 'string') throw new Error(`${url} has no jwks_uri: set issuer.jwksUri`)
  requireSameOrigin(jwksUri, url)
  return jwksUri
}

/** Logto's endpoint URLs follow the Host header of the request: behind a TLS proxy they come out as http. */
function requireSameOrigin(jwksUri: string, url: string): void {
  const target = URL.canParse(jwksUri) ? new URL(jwksUri) : undefined
  const { origin, protocol } = new URL(url)
  if (target?.origin === origin) return
  if (protocol === 'https:' && target?.protocol === 'http:') {
    throw new Error(
      `${url} was fetched by https but its jwks_uri is http: set issuer.jwksUri, ` +
        'or TRUST_PROXY_HEADER=1 at Logto',
    )
  }
  throw new Error(`${url} points to a jwks_uri at another origin: set issuer.jwksUri if that is right`)
}
