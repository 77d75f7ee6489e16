import type { IssuerOptions } from '../issuer/options.ts'
import type { CutOffKind } from '../token/cut-offs.ts'
import { parseInstant } from '../token/instant.ts'
import { parseStrictJson } from '../token/jwt/strict-json.ts'
import type { Withdrawal } from '../token/withdrawal.ts'

/** By name, as in the configuration. */
export type Issuers = ReadonlyMap<string, Pick<IssuerOptions, 'issuer' | 'also'>>

/** Of an id, in characters. */
const longestId = 1024

const kinds: readonly CutOffKind[] = ['sub', 'client', 'organization', 'all']
const members: readonly string[] = [...kinds, 'before', 'issuer']

/** The withdrawal that the body of `POST /revoke` demands, or a sentence that says what is wrong with it. */
export function parseRevokeBody(body: Uint8Array, issuers: Issuers): Withdrawal | string {
  if (issuers.size === 0) return 'this gateway has no issuer, so there is nobody whose access could end'
  const value = parseStrictJson(body)
  if (value === undefined)
    return 'the body is one JSON object without duplicate members, such as {"sub": "ID"}, in UTF-8'
  if (Object.keys(value).some((name) => !members.includes(name)))
    return 'the body has an unknown member: these are known: sub, client, organization, all, before, issuer'
  const [kind, another] = kinds.filter((name) => Object.hasOwn(value, name))
  if (kind === undefined || another !== undefined)
    return 'say whose tokens end by exactly one of "sub", "client", "organization" and "all": true'
  if (kind === 'all' && value[kind] !== true) return '"all" can only be true'
  const id = kind === 'all' ? '' : value[kind]
  if (typeof id !== 'string' || (kind !== 'all' && !isId(id)))
    return `"${kind}" is a text of 1 to ${longestId} characters without control characters`
  return withTimeAndIssuer({ kind, id }, value, issuers)
}

function withTimeAndIssuer(
  who: Pick<Withdrawal, 'kind' | 'id'>,
  { before, issuer: named }: Record<string, unknown>,
  issuers: Issuers,
): Withdrawal | string {
  const instantMs = typeof before === 'string' ? parseInstant(before) : undefined
  if (before !== undefined && instantMs === undefined)
    return '"before" is a time by RFC 3339, such as 2026-01-31T12:00:00Z'
  if (named === undefined) return { ...who, instantMs }
  const issuer = typeof named === 'string' ? findIssuer(named, issuers) : undefined
  if (issuer === undefined)
    return '"issuer" is the name of an issuer in the configuration of this gateway, or its iss'
  return { ...who, instantMs, issuer }
}

function findIssuer(named: string, issuers: Issuers): string | undefined {
  const known = issuers.get(named)
  if (known !== undefined) return known.issuer
  return [...issuers.values()].find(({ issuer, also = [] }) => issuer === named || also.includes(named))
    ?.issuer
}

function isId(text: string): boolean {
  // Half of a surrogate pair is no character, and would be another one in the file.
  return text !== '' && text.length <= longestId && !/[\p{Cc}\p{Cs}]/u.test(text)
}
