import type { IdentityHeader, IdentityOptions } from '../../access/identity.ts'
import { foldName, isHopByHop } from '../../http/field-name.ts'
import type { ApiConfig } from '../config.ts'
import type { IssueList } from '../issue-list.ts'
import type { FileApi } from '../schema/api.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { Context } from './context.ts'
import { composeProfile } from './profile.ts'
import { withoutUndefined } from './without-undefined.ts'

/**
 * Fields that frame, route, describe or authorize a request. An identity header of such a name would break
 * it.
 */
const forbiddenNames = new Set([
  'authorization',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'origin',
  'traceparent',
  'tracestate',
  'via',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-request-id',
])
/** Starts of such names. Of the `X-Forwarded-` fields those that name a user route nothing. */
const forbiddenStart = new RegExp(
  '^(?:content-|proxy(?:-|$)|sec-|x-original-|x-rewrite-|' +
    'x-forwarded-(?!(?:user|email|groups|preferred-username)$))',
)

/** An API has its own mapping, or else the common one. */
export function composeIdentityHeaders(
  api: FileApi,
  at: KeyPath,
  { input, issues }: Pick<Context, 'input' | 'issues'>,
): readonly IdentityHeader[] {
  const { headers } = api.identity
  if (headers !== undefined) checkNames(headers, [...at, 'identity', 'headers'], issues)
  return Object.entries(headers ?? input.identity.headers).map(([header, claim]) => ({ header, claim }))
}

function checkNames(mapping: Readonly<Record<string, string>>, at: KeyPath, issues: IssueList): void {
  const names = new Map<string, string>()
  for (const header of Object.keys(mapping)) {
    const folded = foldName(header)
    const same = names.get(folded)
    names.set(folded, header)
    if (isForbidden(folded)) {
      issues.error(
        [...at, header],
        'this header frames, routes or authorizes requests: choose another',
        'key',
      )
    } else if (same !== undefined) {
      issues.error([...at, header], `an upstream may take this header for ${same}: keep one of them`, 'key')
    }
  }
}

function isForbidden(folded: string): boolean {
  return forbiddenNames.has(folded) || isHopByHop(folded) || forbiddenStart.test(folded)
}

/** The client headers that are removed or kept beyond the defaults, and what is looked up about users. */
export function composeIdentity(
  { input, issues }: Pick<Context, 'input' | 'issues'>,
  apis: readonly ApiConfig[],
): IdentityOptions {
  const { headers, strip, keep, machines, profile: looked } = input.identity
  checkNames(headers, ['identity', 'headers'], issues)
  checkNames(looked?.headers ?? {}, ['identity', 'profile', 'headers'], issues)
  const profile = composeProfile({ input, issues }, apis)
  const entries = [...apis.flatMap((api) => api.identityHeaders), ...(profile ?? [])]
  const mapped = new Set(entries.map(({ header }) => foldName(header)))
  const stripped = new Set(strip.map(foldName))
  for (const [i, name] of keep.entries()) {
    const path = ['identity', 'keep', i]
    if (mapped.has(foldName(name)))
      issues.error(path, 'an identity header can never come from a client: take it out')
    else if (stripped.has(foldName(name)))
      issues.error(path, 'this header stands under strip too: keep it in one of the two')
  }
  return { strip, keep, machines, ...withoutUndefined({ profile }) }
}
