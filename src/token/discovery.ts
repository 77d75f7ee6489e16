import { fetchJson } from './fetch-json.ts'
import type { IssuerOptions } from './key-set.ts'

/**
 * Where an issuer's keys are: `jwksUri` as configured, else from its OpenID Connect Discovery document (appended form, the only
 * one Logto serves). Throws an Error with a message for the operator.
 */
export async function findJwksUri(issuer: IssuerOptions): Promise<string> {
  if (issuer.jwksUri !== undefined) return issuer.jwksUri
  const url = `${issuer.issuer}/.well-known/openid-configuration`
  const document = await fetchJson(url)
  if (typeof document !== 'object' || document === null) throw new Error(`${url} is not a JSON object`)
  const { issuer: named, jwks_uri: jwksUri } = document as { issuer?: unknown; jwks_uri?: unknown } // Checked below.
  if (named !== issuer.issuer) {
    throw new Error(`${url} names another issuer: set issuer.url to the exact value of its member issuer`)
  }
  if (typeof jwksUri !== 'string') throw new Error(`${url} has no jwks_uri: set issuer.jwksUri`)
  // Logto's endpoint URLs follow the Host header: behind a TLS proxy they may come out as http.
  if (!URL.canParse(jwksUri) || new URL(jwksUri).origin !== new URL(url).origin) {
    throw new Error(`${url} points to a jwks_uri at another origin: set issuer.jwksUri if that is right`)
  }
  return jwksUri
}
