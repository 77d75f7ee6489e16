import { type Observed, seenHeaders } from '../observed.ts'

/** The response that must come back, and the reason in a newcomer's words. */
export type Expectation = {
  readonly holds: (observed: Observed) => boolean
  readonly why: string
  /** The story quotes what the gateway itself says about it. */
  readonly detailed?: boolean
}

/** The upstream responded, and was told exactly this user and these scopes. */
export function reached(
  userId: string | undefined,
  scopes: string | undefined,
  status = 200,
): Expectation['holds'] {
  const expected = {
    'x-user-id': userId,
    'x-user-scopes': scopes,
    authorization: undefined,
    x_user_id: undefined,
  }
  return (observed) => {
    const seen = seenHeaders(observed)
    if (seen === undefined || observed.status !== status) return false
    return Object.entries(expected).every(([name, value]) => seen[name] === value)
  }
}

/** The gateway refused with this status and code. A 401 must have a challenge (RFC 9110 section 15.5.2). */
export function refused(status: number, code: string): Expectation['holds'] {
  return ({ status: given, body, challenge }) =>
    given === status && body['code'] === code && (status !== 401 || challenge?.startsWith('Bearer') === true)
}

/** 403 that names the scope that would have been needed (RFC 6750 section 3.1). */
export function lacksScope(scope: string): Expectation['holds'] {
  const needed = ['error="insufficient_scope"', `scope="${scope}"`]
  return ({ status, challenge }) => status === 403 && needed.every((part) => challenge?.includes(part))
}
