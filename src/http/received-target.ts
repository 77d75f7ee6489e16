import { queryHoldsToken, queryOverridesMethod } from './query.ts'
import type { RequestHead } from './request-head.ts'
import { parseRequestTarget, type RequestTarget } from './request-target.ts'
import { sizeText } from './size-text.ts'

/** A request target that passed every check for which no route is needed. */
export type ReceivedTarget = RequestTarget & {
  /** The query has a parameter `access_token`, which is refused where a token is looked at. */
  readonly queryHoldsToken?: true
}

/** The reason why a target is refused. `detail` says nothing of what the client sent. */
export type ReceivedTargetFault = {
  readonly code: 'ambiguous_target' | 'target_too_long' | 'method_override'
  readonly detail: string
  /** Canonical; undefined when it could not be read. */
  readonly path: string | undefined
}

/**
 * Reads the raw request target (`request.url`). Refuses one that is too long, that has several readings, or
 * whose query asks for another method.
 */
export function receiveTarget(
  raw: string,
  head: RequestHead,
  limitBytes: number,
): ReceivedTarget | ReceivedTargetFault {
  if (raw.length > limitBytes) return tooLong(limitBytes)
  const target = parseRequestTarget(raw, head.method, head.host)
  if ('code' in target) return { code: target.code, detail: target.detail, path: undefined }
  const { path, query } = target
  if (query === undefined) return target
  if (queryOverridesMethod(head.method, query)) return { ...overridden, path }
  return queryHoldsToken(query) ? { ...target, queryHoldsToken: true } : target
}

function tooLong(limitBytes: number): ReceivedTargetFault {
  return {
    code: 'target_too_long',
    detail: `The request target is longer than ${sizeText(limitBytes)} (limits.targetBytes)`,
    path: undefined,
  }
}

const overridden = {
  code: 'method_override',
  detail: 'The query parameter _method asks for another method than the one that was authorized',
} as const
