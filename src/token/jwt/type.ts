import type { Claims } from '../access-token.ts'

/**
 * The `typ` of a header as `issuer.tokenTypes` spells it: lower-cased, without `application/` (RFC 7515
 * section 4.1.9), and `none` when absent. A `typ` that is no text, or is the text `none`, is `unknown`, which
 * no configuration can name.
 */
export function tokenTypeOf(header: Claims): string {
  const { typ } = header
  if (typ === undefined) return 'none'
  if (typeof typ !== 'string') return 'unknown'
  const lower = typ.toLowerCase()
  const type = lower.startsWith('application/') ? lower.slice('application/'.length) : lower
  return type === 'none' ? 'unknown' : type
}
