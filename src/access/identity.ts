import { type AccessToken, isOfMachine } from '../token/access-token.ts'
import { findClaim } from '../token/claim.ts'
import { printScopes } from '../token/scope.ts'
import { headerValue } from './header-value.ts'

export type IdentityHeader = { readonly header: string; readonly claim: string }

export type IdentityOptions = {
  /** Additional client headers to remove. */
  readonly strip: readonly string[]
  /** Client headers to keep although the default removes them; never a mapped one. */
  readonly keep: readonly string[]
  /**
   * How the `sub` of a machine's token is told. As a user it goes into the headers of users; as a client it
   * goes into none of them, since the header of the client says it already.
   */
  readonly machines: 'client' | 'user'
  /**
   * Further headers, each with the path of its value in the user as Logto's Management API shows it. A claim
   * of that name comes first. Default: none
   */
  readonly profile?: readonly IdentityHeader[]
}

/** Appends the identity headers of a token to a flat list of names and values. */
export type Identity = (token: AccessToken, headers: string[]) => void

/**
 * Headers are not remembered per token: that would cost each cached token more memory than it saves time.
 * `omitted` hears once per token of a claim whose value no header can carry. A claim that is missing is
 * silently left out.
 */
export function createIdentity(
  mapping: readonly IdentityHeader[],
  machines: IdentityOptions['machines'],
  omitted: (entry: IdentityHeader) => void = () => {},
): Identity {
  const heard = new WeakSet<AccessToken>()
  const ofMachines = machines === 'user' ? mapping : mapping.filter(({ claim }) => claim !== 'sub')
  return (token, headers) => {
    let left: IdentityHeader | undefined
    for (const entry of isOfMachine(token) ? ofMachines : mapping) {
      const claim = claimOf(token, entry.claim)
      if (claim === undefined) continue
      const value = headerValue(claim)
      if (value === undefined) left = entry
      else headers.push(entry.header, value)
    }
    if (left === undefined || heard.has(token)) return
    heard.add(token)
    omitted(left)
  }
}

/**
 * `scope` and `client_id` are what the decision was made on, wherever this issuer keeps them
 * (`issuer.claims`). The claim that is really called so may say something else, and an upstream that believed
 * it would grant what was never asked.
 */
function claimOf(token: AccessToken, name: string): unknown {
  if (name === 'client_id') return token.clientId
  if (name === 'scope') return scopesOf(token)
  return findClaim(token.claims, name)
}

/** A claim that grants nothing makes an empty header, and a missing claim makes none. */
function scopesOf({ scopes, claims }: AccessToken): string | undefined {
  return scopes.size === 0 && claims['scope'] === undefined ? undefined : printScopes(scopes)
}
