import type { Code } from '../errors.ts'
import { memoByObject } from '../memo.ts'
import type { Condition, PathParameter, Requirement } from '../route/requirement.ts'
import { type AccessToken, isOfMachine, type TokenKind } from '../token/access-token.ts'
import { claimEquals, findClaim } from '../token/claim.ts'

/**
 * The answer to "may this request pass?". `R` is the compiled route (`route/table.ts`). `detail` is for
 * the client and the log. It may name the scopes of a token, and nothing else of the request or the token.
 */
export type Decision<R> =
  | {
      readonly outcome: 'allow'
      readonly route: R
      /** Absent on public routes, and on optional ones without a token. */
      readonly token?: AccessToken
      readonly cache?: 'hit' | 'miss'
    }
  | Refusal<R>

export type Refusal<R> = {
  readonly outcome: 'refuse'
  readonly code: Code
  /** Different for each reason. */
  readonly detail: string
  readonly api?: string | undefined
  readonly route?: R
  /** The pattern, when a path matched but no route of it. */
  readonly pattern?: string | undefined
  readonly token?: AccessToken | undefined
  readonly tokenKind?: TokenKind | undefined
  readonly cache?: 'hit' | 'miss' | undefined
  /** `method_not_allowed`: the value of `Allow`. */
  readonly allow?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  /** `invalid_token`: the detail without token content, for the challenge. Default: the detail */
  readonly description?: string | undefined
  /** Every scope that the route needs, as a challenge names them, with spaces between. */
  readonly scopesNeeded?: string
}

/** The reason why a verified token is not enough. */
export type Shortfall = {
  readonly code: 'insufficient_scope' | 'condition_failed'
  readonly detail: string
}

/** As much of a route as `decide` needs. */
export type DecidedRoute = {
  readonly requirement: Requirement
  /** Allow-list of `client_id`; undefined allows any. */
  readonly clients: ReadonlySet<string> | undefined
}

/**
 * Finds out whether this token is enough for this route; undefined when it is. Pure, and asked on every
 * request, whether the token was cached or not.
 */
export function decide(route: DecidedRoute, token: AccessToken, path: string): Shortfall | undefined {
  const { requirement } = route
  if (requirement.kind === 'public') return undefined
  if (requirement.kind === 'scopes' && !holdsOneOf(requirement.anyOf, token.scopes))
    return withoutScope(route, requirement.anyOf, token)
  if (!isOfClient(route, token)) return clientNotAllowed
  if (requirement.holder !== undefined && isOfMachine(token) !== (requirement.holder === 'machine'))
    return otherHolder[requirement.holder]
  for (const condition of requirement.where) if (!meets(condition, token, path)) return conditionNotMet
  return undefined
}

/** A personal access token names no client: it is its user's own. */
function isOfClient({ clients }: DecidedRoute, { clientId, kind }: AccessToken): boolean {
  if (clients === undefined) return true
  return clientId === undefined ? kind === 'personal' : clients.has(clientId)
}

/** An opaque token of a client that is not listed was not exchanged, and holds no scope because of that. */
function withoutScope(route: DecidedRoute, anyOf: AnyOf, token: AccessToken): Shortfall {
  if (token.kind !== 'opaque' || token.scopes.size > 0) return scopeMissing(anyOf)(token.scopes)
  return isOfClient(route, token) ? scopeOfOpaqueMissing(anyOf) : clientNotAllowed
}

/** The operator is to know what would help, whatever the user may do. */
const scopeOfOpaqueMissing = memoByObject(
  (anyOf: AnyOf): Shortfall => ({
    code: 'insufficient_scope',
    detail:
      `This route needs ${neededText(anyOf)}; an opaque access token holds none of an API here. Mend: a JWT ` +
      'for this API, or tokens.opaque: exchange',
  }),
)

/** Makes one text for each pair: many routes share the needed scopes, and many tokens the held ones. */
const scopeMissing = memoByObject((anyOf: AnyOf) =>
  memoByObject(
    (held: ReadonlySet<string>): Shortfall => ({
      code: 'insufficient_scope',
      detail: `This route needs ${neededText(anyOf)}; the access token holds ${heldText(held)}`,
    }),
  ),
)

function neededText(anyOf: AnyOf): string {
  const sets = anyOf.map((set) => (set.length === 1 ? `the scope ${set[0]}` : `the scopes ${set.join(' ')}`))
  return sets.join(' or ')
}

/** Names the first scopes only: the text goes into a header, and there are tokens with hundreds of scopes. */
function heldText(held: ReadonlySet<string>): string {
  const scopes = [...held]
  let text = ''
  for (const [i, scope] of scopes.entries()) {
    const longer = text === '' ? scope : `${text} ${scope}`
    if (longer.length > longestHeldText)
      return i === 0 ? `${scopes.length} others` : `${text} and ${scopes.length - i} more`
    text = longer
  }
  return text === '' ? 'none' : text
}

/** The longest list of held scopes in a refusal, in characters. The scopes beyond it are only counted. */
const longestHeldText = 200

const clientNotAllowed: Shortfall = {
  code: 'condition_failed',
  detail: 'The client of this access token is not on the list of clients of this API',
}
/** By the holder that the route asks for. */
const otherHolder: Readonly<Record<'user' | 'machine', Shortfall>> = {
  user: {
    code: 'condition_failed',
    detail: 'This route is for users, and this is the access token of a machine (kind: user)',
  },
  machine: {
    code: 'condition_failed',
    detail: 'This route is for machines, and this is the access token of a user (kind: machine)',
  },
}
const conditionNotMet: Shortfall = {
  code: 'condition_failed',
  detail: 'The access token does not meet a condition of this route',
}

type AnyOf = readonly (readonly string[])[]

function holdsOneOf(anyOf: AnyOf, held: ReadonlySet<string>): boolean {
  for (const set of anyOf) if (holdsAll(set, held)) return true
  return false
}

function holdsAll(set: readonly string[], held: ReadonlySet<string>): boolean {
  for (const scope of set) if (!held.has(scope)) return false
  return true
}

/** A missing claim meets no condition. */
function meets(condition: Condition, token: AccessToken, path: string): boolean {
  const claim = findClaim(token.claims, condition.claim)
  if (claim === undefined) return false
  const { expected } = condition
  if ('values' in expected) return expected.values.some((value) => claimEquals(claim, value))
  const parameter = pathParameter(path, expected)
  return parameter !== undefined && claimEquals(claim, parameter)
}

/** The percent-decoded parameter; undefined when it is missing, empty or not UTF-8. */
function pathParameter(path: string, { segment: index, affix }: PathParameter): string | undefined {
  const segment = path.split('/')[index + 1]
  if (segment === undefined || segment === '') return undefined
  const value = affix === undefined ? segment : segment.slice(affix.prefix, segment.length - affix.suffix)
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}
