import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RawHeaders } from '../http/request-head.ts'

/** The header by which Logto signs the body of a webhook. */
const headerName = 'logto-signature-sha-256'
const lowerHex = /^[0-9a-f]{64}$/

/** The one signature of a request, 32 bytes; undefined where there is none, several, or no such form. */
export function findSignature(headers: RawHeaders): Uint8Array | undefined {
  const values: string[] = []
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i]?.toLowerCase() === headerName) values.push(headers[i + 1] ?? '')
  const [value = '', ...more] = values
  return more.length === 0 && lowerHex.test(value) ? Buffer.from(value, 'hex') : undefined
}

/** True when it is the HMAC-SHA256 of the body as it came, in constant time. The key is a text. */
export function isSignedBy(signingKey: string, body: Uint8Array, signature: Uint8Array): boolean {
  return timingSafeEqual(createHmac('sha256', signingKey).update(body).digest(), signature)
}
