import { createHash } from 'node:crypto'
import { introspect } from '../../issuer/introspection.ts'
import type { TokenCache } from '../cache.ts'
import type { TokenForm } from '../form.ts'
import type { ClaimRules } from '../jwt/claims.ts'
import type { VerifiedJwt } from '../jwt/verify.ts'
import { refuse, type Unverified, type Verification } from '../verification.ts'
import type { Asked, AskedToken } from './asked.ts'
import { verifyByExchange, verifyPersonalToken } from './by-exchange.ts'
import { verifyByUserinfo } from './by-userinfo.ts'
import { introspected } from './introspected.ts'
import type { IssuerLine, Question } from './issuer-line.ts'
import type { OpaqueOptions } from './options.ts'

/** Verifies opaque tokens of one issuer for one API, by asking the issuer. */
export type OpaqueVerifier = {
  /** A digest of all that an answer depends on, as a part of the cache key. */
  readonly policy: string
  /** Only what the issuer itself makes is ever sent to it. */
  takes(form: TokenForm): boolean
  /** At once when the issuer has refused the token a moment ago. Never rejects. */
  verify(opaque: OpaqueToken): Verification | Promise<Verification>
}

export type OpaqueToken = {
  readonly text: string
  readonly form: TokenForm
  /** The address that sent it. */
  readonly client: string
  readonly nowMs: number
}

export type OpaqueVerifierOptions = Omit<ClaimRules, 'nowMs'> & {
  readonly opaque: OpaqueOptions
  readonly line: IssuerLine
  readonly cache: TokenCache
  /** Verifies the JWT for which a token was exchanged. */
  readonly verifyJwt: (
    tokenText: string,
    at: { readonly client: string; readonly nowMs: number },
  ) => Promise<VerifiedJwt | Unverified>
  /** Counts the times that a key left the issuer's set. */
  readonly generation: () => number
}

export function createOpaqueVerifier(options: OpaqueVerifierOptions): OpaqueVerifier {
  const { opaque, line, cache, generation } = options
  const policy = policyDigest(options)

  async function askAndKeep(token: OpaqueToken, refusedKey: string): Promise<Verification> {
    const before = generation()
    const asked = await line.ask(token.client, questionAbout(token, { ...options, policy }))
    if ('detail' in asked) {
      if (asked.code === 'invalid_token') line.refused.add(refusedKey, asked, token.nowMs)
      return asked
    }
    // A key that left the set meanwhile must not leave a token behind.
    if (before === generation()) keep(token.text, asked)
    return { verified: true, token: asked.token, cache: 'miss' }
  }

  function keep(tokenText: string, { token, keyThumbprint }: AskedToken): void {
    cache.set(policy, tokenText, { verified: true, token, cache: 'hit' }, keyThumbprint)
  }

  return {
    policy,
    takes: (form) => form === 'opaque' || (form === 'personalAccessToken' && takesPersonal(opaque)),
    verify(token) {
      const refusedKey = digest(policy, token.text)
      const refused = line.refused.get(refusedKey, token.nowMs)
      return refused ?? askAndKeep(token, refusedKey)
    },
  }
}

function questionAbout(
  { text, form, client, nowMs }: OpaqueToken,
  options: OpaqueVerifierOptions & { readonly policy: string },
): Question<Asked> {
  const { issuer, audience, tokens, opaque, line, cache, policy } = options
  const rules = { issuer, audience, tokens, nowMs }
  return async (signal) => {
    if (opaque.mode === 'userinfo') return verifyByUserinfo(text, rules, line, signal)
    const asking = { endpoints: line.endpoints, client: opaque.client, signal }
    if (opaque.mode === 'introspect') {
      const introspection = await introspect(text, asking)
      return introspection.active ? introspected(introspection.members, rules) : refuse('inactive', 'opaque')
    }
    const verifyJwt = (jwt: string) => options.verifyJwt(jwt, { client, nowMs })
    const exchange = { rules, opaque, asking, verifyJwt }
    return form === 'personalAccessToken'
      ? verifyPersonalToken(text, exchange)
      : verifyByExchange(text, exchange, cache.stale(policy, text, nowMs))
  }
}

function takesPersonal(opaque: OpaqueOptions): boolean {
  return opaque.mode === 'exchange' && opaque.personalAccessTokens
}

/** Another secret of the same client changes no answer. */
function policyDigest({ issuer, audience, tokens, opaque }: OpaqueVerifierOptions): string {
  const withoutSecret = (key: string, value: unknown) => (key === 'secret' ? undefined : value)
  return digest(JSON.stringify([issuer, audience, tokens, opaque], withoutSecret))
}

/** Of one length, however long the texts are: what is remembered of refused tokens stays small. */
function digest(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('base64url')
}
