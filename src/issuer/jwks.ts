import { readFile } from 'node:fs/promises'
import { findJwksUri } from './discovery.ts'
import { fetchJson } from './fetch-json.ts'
import type { IssuerOptions } from './options.ts'

/**
 * The JWKS of an issuer as it is now, from `jwksFile`, `jwksUri` or discovery. Throws an Error with a message
 * for the operator.
 */
export async function loadJwks(issuer: IssuerOptions): Promise<unknown> {
  if (issuer.jwksFile !== undefined) return readJwksFile(issuer.jwksFile)
  return fetchJson(await findJwksUri(issuer), issuer)
}

async function readJwksFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await readFile(path)))
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'
    throw new Error(`${path} ${reason} (issuer.jwksFile)`)
  }
}
