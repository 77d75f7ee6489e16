import { callIssuer } from './call-issuer.ts'
import type { IssuerConnection } from './options.ts'
import { printableUrl } from './printable-url.ts'

const request = { method: 'GET', headers: { Accept: 'application/json, application/jwk-set+json' } } as const

/**
 * Gets a JSON document from the issuer, as `callIssuer` does. Throws an Error with a message for the
 * operator, which holds no secret of the URL.
 */
export async function fetchJson(
  url: string,
  connection: IssuerConnection,
  signal?: AbortSignal,
): Promise<unknown> {
  const { url: location, status, text } = await callIssuer(url, connection, request, signal)
  if (status !== 200) throw new Error(`${printableUrl(location)} answered ${status}`)
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${printableUrl(location)} did not answer with JSON`)
  }
}
