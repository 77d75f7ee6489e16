import * as v from 'valibot'
import { irregularityBit } from '../../http/request-target.ts'
import type { Pattern } from '../../route/pattern.ts'
import type { UpstreamOptions } from '../../upstream/upstream.ts'
import type { AuthorizationOption, RouteConfig } from '../config.ts'
import type { IssueList } from '../issue-list.ts'
import type { FileUpstream } from '../schema/exchange.ts'
import { isMap } from '../schema/form.ts'
import { requirement as requirementSchema } from '../schema/requirement.ts'
import type { Path } from '../yaml/tree.ts'
import { compileRequirement, longForm } from './requirement.ts'
import { inheritTimeouts } from './timeouts.ts'

export type RouteContext = {
  readonly issues: IssueList
  /** What a route takes from its API where it says nothing itself. */
  readonly inherited: Pick<RouteConfig, 'authorization' | 'upstream' | 'timeouts' | 'bodyBytes'>
  readonly upstream: (value: FileUpstream, path: Path) => UpstreamOptions
}

/** A requirement with its options; undefined and an issue when it cannot be read. */
export function decodeRoute(
  value: unknown,
  at: Path,
  pattern: Pattern,
  { issues, inherited, upstream }: RouteContext,
): RouteConfig | undefined {
  const form = longForm(value)
  if (typeof form === 'string') {
    issues.error(at, value === null ? `${form}; this key has no value` : form)
    return undefined
  }
  const parsed = v.safeParse(requirementSchema, form)
  if (!parsed.success) {
    issues.schemaErrors(at, isMap(value) ? parsed.issues : parsed.issues.map(withoutPath))
    return undefined
  }
  const { output } = parsed
  return {
    requirement: compileRequirement(output, at, pattern, issues),
    websocket: output.websocket,
    allow: (output.allow ?? []).reduce((bits, name) => bits | irregularityBit[name], 0),
    authorization:
      output.authorization === undefined ? inherited.authorization : authorizationOf(output.authorization),
    upstream:
      output.upstream === undefined ? inherited.upstream : upstream(output.upstream, [...at, 'upstream']),
    timeouts: inheritTimeouts(inherited.timeouts, output.timeouts),
    bodyBytes: output.limits?.bodyBytes ?? inherited.bodyBytes,
  }
}

/** A short form has no keys to point at. */
function withoutPath(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown> {
  const { path: _, ...rest } = issue
  return rest
}

export function authorizationOf(text: string): AuthorizationOption {
  return text === 'strip' || text === 'forward' ? { kind: text } : { kind: 'fixed', value: text }
}
