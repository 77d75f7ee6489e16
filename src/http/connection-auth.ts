import { splitList } from './list.ts'

/**
 * Schemes that sign a connection in and not a request (RFC 4559 section 6): whatever is sent over the
 * connection afterwards is taken for the same user, and the connections to an upstream are shared by all
 * clients.
 */
const scheme = /^(?:ntlm|kerberos|nego(?:tiate|ex|2))(?![!#$%&'*+\-.^_`|~0-9a-z])/i

/** True for a value of Authorization, or for a challenge, of such a scheme. */
export function signsConnectionIn(credentials: string): boolean {
  return scheme.test(credentials)
}

/**
 * A value of WWW-Authenticate without the challenges of such schemes; undefined when none is left. The value
 * itself when it has none of them.
 */
export function withoutConnectionAuth(value: string): string | undefined {
  if (!mayHoldScheme.test(value)) return value
  const members = splitList(value)
  const kept: string[] = []
  let removing = false
  for (const member of members) {
    // A member that begins no challenge is a parameter of the last one (RFC 9110 section 11.6.1).
    if (beginsChallenge.test(member)) removing = signsConnectionIn(member)
    if (!removing) kept.push(member)
  }
  if (kept.length === members.length) return value
  return kept.length === 0 ? undefined : kept.join(', ')
}

const mayHoldScheme = /ntlm|kerberos|nego/i
/** A scheme alone or before white space, but not the name of a parameter before its `=`. */
const beginsChallenge = /^[!#$%&'*+\-.^_`|~0-9a-z]+(?:[ \t]+(?![ \t=])|$)/i
