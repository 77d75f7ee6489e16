import * as v from 'valibot'
import { isJsonObject } from '../../issuer/json-object.ts'
import type { Pattern } from '../../route/pattern.ts'
import type { UpstreamOptions } from '../../upstream/upstream.ts'
import type { ExchangeConfig, RouteConfig } from '../config.ts'
import type { IssueList } from '../issue-list.ts'
import type { FileUpstream } from '../schema/exchange.ts'
import {
  type FileRequirement,
  plainRouteOptions,
  requirement as requirementSchema,
} from '../schema/requirement.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import { reportDoubtfulScopes } from './doubtful-scopes.ts'
import { inheritExchange } from './exchange.ts'
import { pick } from './pick.ts'
import { compileRequirement, longForm } from './requirement.ts'

export type RouteContext = {
  readonly issues: IssueList
  /** The options of the API, for a route that has none itself. */
  readonly inherited: ExchangeConfig
  readonly compose: (upstream: FileUpstream, path: KeyPath) => UpstreamOptions
  /** The API has `organizations`. */
  readonly hasOrganizations: boolean
}

/** A requirement with its options; undefined and an issue when it cannot be read. */
export function decodeRoute(
  value: unknown,
  at: KeyPath,
  pattern: Pattern,
  { issues, inherited, compose, hasOrganizations }: RouteContext,
): RouteConfig | undefined {
  const form = longForm(value)
  if (typeof form === 'string') {
    issues.error(at, value === null ? `${form}; this key has no value` : form)
    return undefined
  }
  const parsed = v.safeParse(requirementSchema, form)
  if (!parsed.success) {
    issues.schemaErrors(at, isJsonObject(value) ? parsed.issues : parsed.issues.map(withoutPath))
    return undefined
  }
  const { output } = parsed
  reportDoubtfulScopes(value, output, at, issues)
  reportOrganization(output, at, hasOrganizations, issues)
  return {
    ...pick(output, plainRouteOptions),
    ...inheritExchange(inherited, output, (upstream) => compose(upstream, [...at, 'upstream'])),
    requirement: compileRequirement(output, at, pattern, issues),
  }
}

/** A short form has no keys to point at. */
function withoutPath(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown> {
  const { path: _, ...rest } = issue
  return rest
}

/**
 * A token that was asked for without an organization holds what its user may do in any of them, and does not
 * say in which.
 */
function reportOrganization(
  { public: isPublic, where = {}, organization }: FileRequirement,
  at: KeyPath,
  hasOrganizations: boolean,
  issues: IssueList,
): void {
  if (!hasOrganizations) {
    if (organization !== undefined)
      issues.error(
        [...at, 'organization'],
        'this says nothing where the API has no organizations: take it out',
      )
    return
  }
  if (isPublic || organization !== undefined || Object.hasOwn(where, 'organization_id')) return
  issues.error(
    at,
    'plain tokens hold the permissions of every organization: add where: { organization_id: "{id}" } with a ' +
      'parameter of the path, or organization: any where it does not matter',
  )
}
