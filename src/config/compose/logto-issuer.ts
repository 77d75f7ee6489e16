import type { IssuerOptions } from '../../issuer/options.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { Context } from './context.ts'

/**
 * The name of the issuer that everything about Logto in the file means. When it cannot be told, undefined and
 * an issue at `at`, the key that is about it.
 */
export function logtoIssuerOf(
  at: KeyPath,
  { input, issues }: Pick<Context, 'input' | 'issues'>,
  issuers: ReadonlyMap<string, IssuerOptions>,
): string | undefined {
  const known = [...issuers].filter(([, { isLogto }]) => isLogto).map(([name]) => name)
  const chosen = input.logto?.issuer
  if (issues.hasError(['issuer']) || issues.hasError(['issuers'])) return known[0]
  if (chosen === undefined && known.length === 1) return known[0]
  if (chosen !== undefined && known.includes(chosen)) return chosen
  const names = `known: ${known.join(', ')}`
  if (known.length === 0)
    issues.error(at, 'no issuer is a Logto: write issuer: { logto: https://tenant.logto.app }', 'key')
  else if (chosen === undefined)
    issues.error(at, `several issuers are a Logto: say which one with logto.issuer; ${names}`, 'key')
  else if (at[0] === 'logto') issues.error(['logto', 'issuer'], `no issuer of this name is a Logto; ${names}`)
  return undefined
}
