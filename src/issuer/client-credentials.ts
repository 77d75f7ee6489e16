import type { ClientCredentials } from './options.ts'

/** The value of Authorization by which a client says who it is (RFC 6749 section 2.3.1). */
export function clientAuthorization({ id, secret }: ClientCredentials): string {
  return `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64')}`
}

/** Each is encoded as in a form before they are joined: a colon in the id would else end it. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
