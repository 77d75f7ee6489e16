import { isJsonObject } from '../../issuer/json-object.ts'
import type { Pattern } from '../../route/pattern.ts'
import type { Condition, PathParameter, Requirement } from '../../route/requirement.ts'
import type { IssueList } from '../issue-list.ts'
import type { ClaimValue, FileRequirement } from '../schema/requirement.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import { withoutUndefined } from './without-undefined.ts'

const keywords = ['public', 'optional', 'authenticated']

/**
 * Turns the short forms of a requirement into the long one; a string says what is wrong. The form in which
 * the value is written decides, so that a mistake is reported in the words of the form that was meant.
 */
export function longForm(value: unknown): Readonly<Record<string, unknown>> | string {
  if (typeof value === 'string') return ofText(value)
  if (Array.isArray(value))
    return (
      'a list does not say whether all or one is needed: ' +
      'write "read write" for all of them, { anyOf: [...] } for one'
    )
  if (!isJsonObject(value)) return 'expected a requirement: public, optional, authenticated, scopes, or a map'
  return Object.keys(value).length > 0
    ? value
    : 'an empty map is never a requirement; use authenticated or public'
}

/**
 * Next to a scope, or in capitals, a keyword would be read as a scope that no token holds: everybody is
 * refused.
 */
function ofText(text: string): Readonly<Record<string, unknown>> | string {
  const words = text.split(' ').filter((word) => word !== '')
  const [word = '', ...more] = words
  if (more.length === 0 && keywords.includes(word)) return { [word]: true }
  const keyword = keywords.find((known) => words.some((word) => word.toLowerCase() === known))
  if (keyword === undefined) return { scopes: text }
  return more.length === 0
    ? `write ${keyword} in small letters; a scope that is called so is written { scopes: ... }`
    : `${keyword} cannot stand beside scopes; a scope that is called so is written { scopes: ... }`
}

export function compileRequirement(
  input: FileRequirement,
  at: KeyPath,
  pattern: Pattern,
  issues: IssueList,
): Requirement {
  if (input.public) return { kind: 'public' }
  const where = Object.entries(input.where ?? {}).map(([claim, value]) => {
    const fault = parameterFault(value, pattern)
    if (fault !== undefined) issues.error([...at, 'where', claim], fault)
    return condition(claim, value, pattern)
  })
  const conditions = { where, ...withoutUndefined({ holder: input.kind }) }
  if (input.optional) return { kind: 'optional', ...conditions }
  const sets = input.anyOf ?? (input.scopes === undefined ? undefined : [input.scopes])
  if (sets === undefined) return { kind: 'authenticated', ...conditions }
  const anyOf = sets.map((set) => set.split(' ').filter((scope) => scope !== ''))
  return { kind: 'scopes', anyOf, ...conditions }
}

function condition(claim: string, value: ClaimValue | ClaimValue[], pattern: Pattern): Condition {
  const param = Array.isArray(value) ? undefined : parameterOf(value)
  if (param === undefined) return { claim, expected: { values: Array.isArray(value) ? value : [value] } }
  return { claim, expected: parametersOf(pattern).get(param) ?? { param, segment: -1 } }
}

function parameterOf(value: ClaimValue): string | undefined {
  return typeof value === 'string' ? /^\{([^{}]+)\}$/.exec(value)?.[1] : undefined
}

function parametersOf({ segments }: Pattern): Map<string, PathParameter> {
  const parameters = segments.flatMap((part, segment): PathParameter[] => {
    if (part.kind === 'param') return [{ param: part.name, segment }]
    if (part.kind !== 'affixed') return []
    return [{ param: part.name, segment, affix: { prefix: part.prefix.length, suffix: part.suffix.length } }]
  })
  return new Map(parameters.map((parameter) => [parameter.param, parameter]))
}

function parameterFault(value: ClaimValue | ClaimValue[], pattern: Pattern): string | undefined {
  const known = parametersOf(pattern)
  const names = [...known.keys()].map((name) => `{${name}}`)
  if (Array.isArray(value))
    return value.some((item) => parameterOf(item) !== undefined)
      ? 'a path parameter cannot stand in a list: write it alone'
      : undefined
  const param = parameterOf(value)
  if (param !== undefined && !known.has(param))
    return names.length === 0
      ? 'the path has no parameter: write one into it, such as /users/{id}'
      : `the path has no parameter of this name, only ${names.join(', ')}`
  const inside = names.find((name) => param === undefined && String(value).includes(name))
  return inside && `${inside} must be the whole value: a part of a claim cannot be compared`
}
