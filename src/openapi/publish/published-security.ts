import type { Requirement } from '../../route/requirement.ts'
import type { OpenApiDocument } from '../document.ts'
import { isMembers, type Members } from '../members.ts'
import { type JsonObject, jsonObject } from './conversion.ts'
import { textOf } from './plain-json.ts'

/** The one scheme of a published document. */
const schemeName = 'oauth2'

/** Where ChatGPT signs its users in. */
export type OAuthEndpoints = { readonly authorizationUrl: string; readonly tokenUrl: string }

/** The alternatives of which an operation needs one. */
export function securityOf(requirement: Requirement): readonly JsonObject[] {
  switch (requirement.kind) {
    case 'public':
      return []
    case 'optional':
      return [{ [schemeName]: [] }, {}]
    case 'authenticated':
      return [{ [schemeName]: [] }]
    case 'scopes':
      return requirement.anyOf.map((set) => ({ [schemeName]: [...new Set(set)] }))
  }
}

/** With exactly the scopes that these operations need; undefined where all of them are public. */
export function securitySchemes(
  requirements: readonly Requirement[],
  { authorizationUrl, tokenUrl }: OAuthEndpoints,
  describe: (scope: string) => string,
): JsonObject | undefined {
  if (requirements.every(({ kind }) => kind === 'public')) return undefined
  const scopes = new Set(requirements.flatMap(scopesOf))
  const described = jsonObject([...scopes].map((scope) => [scope, describe(scope)]))
  const authorizationCode = { authorizationUrl, tokenUrl, scopes: described }
  return { [schemeName]: { type: 'oauth2', flows: { authorizationCode } } }
}

export function scopesOf(requirement: Requirement): readonly string[] {
  return requirement.kind === 'scopes' ? requirement.anyOf.flat() : []
}

/** The document's own words about each scope. */
export function scopeDescriptions({ root, version, follow }: OpenApiDocument): ReadonlyMap<string, string> {
  const components = follow(root['components'])
  const holder = version === '2.0' ? root['securityDefinitions'] : memberOf(components, 'securitySchemes')
  const schemes = membersIn(follow(holder)).map(follow)
  const flows = schemes.flatMap((scheme) => [scheme, ...membersIn(follow(memberOf(scheme, 'flows')))])
  const entries = flows.flatMap((flow) => {
    const scopes = follow(memberOf(flow, 'scopes'))
    return isMembers(scopes) ? Object.entries(scopes) : []
  })
  return new Map(entries.map(([scope, text]): [string, string] => [scope, textOf(text) ?? '']))
}

function memberOf(value: unknown, name: keyof Members & string): unknown {
  return isMembers(value) ? value[name] : undefined
}

function membersIn(value: unknown): readonly unknown[] {
  return isMembers(value) ? Object.values(value) : []
}

/** True when no token that ChatGPT can get meets the requirement. */
export function isOutOfReach(requirement: Requirement, asked: readonly string[]): boolean {
  return (
    requirement.kind === 'scopes' &&
    !requirement.anyOf.some((set) => set.every((scope) => asked.includes(scope)))
  )
}
