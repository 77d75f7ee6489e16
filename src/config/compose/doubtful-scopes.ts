import type { IssueList } from '../issue-list.ts'
import type { FileRequirement } from '../schema/requirement.ts'
import { suggest } from '../schema/suggest.ts'
import type { KeyPath } from '../yaml/key-path.ts'

/** Words that say a requirement in other files of rules, and that are rarely the name of a scope. */
const synonyms = {
  public: [
    ...['all', 'allow', 'allowall', 'anon', 'anonymous', 'any', 'anybody', 'anyone', 'everybody', 'everyone'],
    ...['false', 'free', 'guest', 'noauth', 'none', 'nothing', 'null', 'open', 'permit', 'permitall', 'skip'],
    ...['unauthenticated', 'unprotected', 'unrestricted'],
  ],
  authenticated: [
    ...[
      'auth',
      'authentication',
      'authorization',
      'authorized',
      'bearer',
      'jwt',
      'loggedin',
      'login',
      'oauth',
    ],
    ...['oauth2', 'oidc', 'private', 'protected', 'required', 'restricted', 'secure', 'secured', 'signedin'],
    ...['token', 'true', 'yes'],
  ],
  optional: ['maybe', 'optionalauth'],
  deny: [
    ...[
      'block',
      'blocked',
      'denied',
      'deny',
      'denyall',
      'disabled',
      'forbid',
      'forbidden',
      'never',
      'no',
      'nobody',
    ],
    ...['off', 'reject', 'refuse'],
  ],
} as const

type Meaning = keyof typeof synonyms
const meanings = Object.keys(synonyms) as Meaning[] // Its own keys.
const keywords = ['public', 'optional', 'authenticated'] as const

/** One letter in four may be wrong: `publik` is `public`, but `publish` and `options` are scopes. */
const lettersPerSlip = 4

/** Warns of scopes that no token will ever hold. `value` is the requirement as it is written. */
export function reportDoubtfulScopes(
  value: unknown,
  { scopes, anyOf = [] }: FileRequirement,
  at: KeyPath,
  issues: IssueList,
): void {
  const warn = (doubt: string | undefined, path: KeyPath) => doubt && issues.warning(path, doubt)
  if (typeof value === 'string' && scopes !== undefined) warn(keywordDoubt(scopes) ?? scopesDoubt(scopes), at)
  else if (scopes !== undefined) warn(scopesDoubt(scopes), [...at, 'scopes'])
  for (const [i, set] of anyOf.entries()) warn(scopesDoubt(set), [...at, 'anyOf', i])
}

/**
 * Why a short requirement of one word is probably no scope but meant as a keyword, and what to write instead;
 * undefined for any other. In the long form a scope may have any name.
 */
export function keywordDoubt(text: string): string | undefined {
  const word = text.trim().toLowerCase().replace(/[-_]/g, '')
  const meant =
    meanings.find((meaning) => (synonyms[meaning] as readonly string[]).includes(word)) ??
    suggest(word, keywords, lettersPerSlip)
  if (meant === undefined) return undefined
  const advice =
    meant === 'deny'
      ? 'a path is refused to everybody when neither it nor a wider one is listed'
      : `did you mean "${meant}"?`
  return `this is taken for the name of a scope; ${advice} (a scope of this name is written { scopes: ... })`
}

/** Why a text of scopes is probably meant otherwise than it is read, and what to write instead. */
export function scopesDoubt(text: string): string | undefined {
  const words = text.split(' ').filter((word) => word !== '')
  const between = words.slice(1, -1).map((word) => word.toLowerCase())
  if (text.includes('|') || between.includes('or'))
    return 'scopes are separated by spaces alone: write { anyOf: [read, write] } for one of several'
  if (/[,;]/.test(text))
    return (
      'a comma or semicolon is taken for a part of the scope: write "read write" for all of several, ' +
      '{ anyOf: [read, write] } for one of them'
    )
  if (between.some((word) => ['and', '&', '&&', '+'].includes(word)))
    return 'scopes are separated by spaces alone: write "read write" for all of several'
  return undefined
}
