import type { Claims } from '../access-token.ts'

/**
 * `typ` as `issuer.tokenTypes` spells it: lower-cased, without `application/` (RFC 7515 section 4.1.9); `none` when absent. Text
 * that is none of those is `unknown`, which no configuration can name.
 */
export function tokenTypeOf(header: Claims): string {
  const { typ } = header
  if (typ === undefined) return 'none'
  if (typeof typ !== 'string') return 'unknown'
  const lower = typ.toLowerCase()
  const type = lower.startsWith('application/') ? lower.slice('application/'.length) : lower
  return type === 'none' ? 'unknown' : type
}
