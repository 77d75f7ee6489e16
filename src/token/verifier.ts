import { createHash } from 'node:crypto'
import type { KeySet } from '../issuer/key-set.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import type { TokenKind } from './access-token.ts'
import type { Audience } from './audience.ts'
import type { TokenCache } from './cache.ts'
import type { CutOffs } from './cut-offs.ts'
import type { FairQueue } from './fair-queue.ts'
import { formOf, type TokenForm } from './form.ts'
import { verifyJwt } from './jwt/verify.ts'
import type { IssuerLine } from './opaque/issuer-line.ts'
import { createOpaqueVerifier, type OpaqueVerifier } from './opaque/opaque-verifier.ts'
import type { OpaqueOptions } from './opaque/options.ts'
import type { TokenOptions } from './options.ts'
import type { SeenSubjects } from './seen-subjects.ts'
import { refuse, type Unverified, type Verification, type Verified } from './verification.ts'

/** Verifies tokens of one issuer for one API. */
export type Verifier = {
  /**
   * Answers at once for a token that is in the cache or refused by its form; otherwise with a promise that
   * never rejects. `client` is the address that asks: clients take turns.
   */
  verify(tokenText: string, nowMs: number, client?: string): Verification | Promise<Verification>
}

export type VerifierOptions = {
  readonly issuer: IssuerOptions
  readonly audience: Audience
  readonly tokens: TokenOptions
  readonly keySet: KeySet
  readonly cache: TokenCache
  readonly queue: FairQueue
  /** Tokens that count no more although they are valid. */
  readonly cutOffs: CutOffs
  /** Remembers who was here, where the issuer is asked about them now and then. */
  readonly seen?: SeenSubjects | undefined
  /** How opaque tokens are verified, and where the issuer is asked. Default: they are refused */
  readonly opaque?: { readonly options: OpaqueOptions; readonly line: IssuerLine } | undefined
}

/**
 * Makes the verifier for one pair of issuer and audience; it is cheap enough for every reload. A digest of
 * these options is a part of the cache key.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { cache, tokens, cutOffs, seen } = options
  const policy = policyDigest(options)
  const opaque = opaqueVerifier(options)
  const underWay = new Map<string, Promise<Verification>>()

  /** Requests that bring the same new token at the same time share one verification. */
  function shareFlight(tokenText: string, flight: Promise<Verification>): Promise<Verification> {
    const shared = flight.then(unlessRevoked).finally(() => underWay.delete(tokenText))
    underWay.set(tokenText, shared)
    return shared
  }

  async function verifyAndKeep(tokenText: string, nowMs: number, client: string): Promise<Verification> {
    const { keySet } = options
    const generation = keySet.generation()
    const verification = await verifyJwt(tokenText, { ...options, client, nowMs })
    if ('detail' in verification) return verification
    const { token, keyThumbprint } = verification
    // A key that left the set meanwhile must not leave a token behind.
    if (generation === keySet.generation()) {
      cache.set(policy, tokenText, { verified: true, token, cache: 'hit' }, keyThumbprint)
    }
    return { verified: true, token, cache: 'miss' }
  }

  /** A cut-off may have come while the token was verified. */
  function unlessRevoked(verification: Verification): Verification {
    if (!verification.verified) return verification
    const { token } = verification
    if (cutOffs.revokes(token)) return revoked[token.kind]
    seen?.add(token)
    return verification
  }

  /**
   * A personal access token lives on after a cut-off: the issuer is asked anew what it is worth, as soon as
   * the answer can be from after the cut-off.
   */
  function isAskedAnew({ token }: Verified, nowMs: number): boolean {
    if (token.kind !== 'personal' || !cutOffs.revokes(token)) return false
    return (cutOffs.instantFor(token) ?? 0) < Math.floor(nowMs / 1000)
  }

  function verifyNew(tokenText: string, nowMs: number, client: string): Verification | Promise<Verification> {
    if (tokenText.length > tokens.maxBytes) return tooLong
    const form = formOf(tokenText, options.issuer.isLogto)
    const isAsked = opaque?.takes(form) === true
    if (form !== 'jwt' && !isAsked) return refusalOf(form, options.issuer)
    const flight = underWay.get(tokenText)
    if (flight !== undefined) return flight
    if (!isAsked) return shareFlight(tokenText, verifyAndKeep(tokenText, nowMs, client))
    const answer = opaque.verify({ text: tokenText, form, client, nowMs })
    return answer instanceof Promise ? shareFlight(tokenText, answer) : answer
  }

  return {
    verify(tokenText, nowMs, client = '') {
      const known = cache.get(policy, tokenText, nowMs, opaque?.policy)
      if (known !== undefined && !isAskedAnew(known, nowMs)) return unlessRevoked(known)
      if (known !== undefined) cache.remove(tokenText)
      return verifyNew(tokenText, nowMs, client)
    },
  }
}

function opaqueVerifier(options: VerifierOptions): OpaqueVerifier | undefined {
  if (options.opaque === undefined) return undefined
  return createOpaqueVerifier({
    ...options,
    opaque: options.opaque.options,
    line: options.opaque.line,
    verifyJwt: (tokenText, at) => verifyJwt(tokenText, { ...options, ...at }),
    generation: () => options.keySet.generation(),
  })
}

const tooLong = refuse('tooLong')
/** By the kind of the token. */
const revoked: Readonly<Record<TokenKind, Unverified>> = {
  jwt: refuse('revoked'),
  opaque: refuse('revoked', 'opaque'),
  exchanged: refuse('revoked', 'exchanged'),
  personal: refuse('revoked', 'personal'),
}
const opaqueFromLogto = refuse('opaqueFromLogto', 'opaque')
const refusals: Readonly<Record<Exclude<TokenForm, 'jwt'>, Unverified>> = {
  encrypted: refuse('encrypted'),
  malformed: refuse('malformed'),
  opaque: refuse('opaque', 'opaque'),
  placeholder: refuse('placeholder', 'opaque'),
  personalAccessToken: refuse('personalAccessToken', 'opaque'),
  impersonationToken: refuse('impersonationToken', 'opaque'),
  notFromLogto: refuse('notFromLogto', 'opaque'),
}

function refusalOf(form: Exclude<TokenForm, 'jwt'>, { isLogto }: IssuerOptions): Unverified {
  return isLogto && form === 'opaque' ? opaqueFromLogto : refusals[form]
}

/** Options that are only for questions about opaque tokens are no part of it. */
function policyDigest({ issuer, audience, tokens }: VerifierOptions): string {
  const { client: _, endpoints: __, ...rest } = issuer
  return createHash('sha256')
    .update(JSON.stringify([rest, audience, tokens]))
    .digest('base64url')
}
