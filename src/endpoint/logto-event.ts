import { isJsonObject } from '../issuer/json-object.ts'
import type { Withdrawal } from '../token/withdrawal.ts'

/** The body of a webhook of Logto, whose signature was right. */
export type LogtoEvent = Readonly<Record<string, unknown>>

export type EventContext = {
  /** The configured issuer whose tokens these events are about. */
  readonly issuer: string | undefined
  /** The Management API is configured, so that the users of a role can be found. */
  readonly knowsRoles: boolean
}

/** Whose access may have ended. */
type Whose = Pick<Withdrawal, 'kind' | 'id'>

/**
 * The access that this event ends. Empty for an event that only adds something, a test, and one that is not
 * known here. Where an event ends somebody's access and does not say whose, everybody's has ended.
 */
export function withdrawalsOf(event: LogtoEvent, { issuer, knowsRoles }: EventContext): Withdrawal[] {
  const whose = isTest(event) ? nobody : (endings.get(nameOf(event) ?? '')?.(event) ?? nobody)
  const instantMs = createdMs(event)
  return whose.map(({ kind, id }) =>
    kind === 'role' && !knowsRoles ? { issuer, ...everybody[0], instantMs } : { issuer, kind, id, instantMs },
  )
}

/** The name of an event that may end somebody's access; undefined for every other. */
export function knownName(event: LogtoEvent): string | undefined {
  const name = nameOf(event)
  return name !== undefined && endings.has(name) ? name : undefined
}

function nameOf({ event }: LogtoEvent): string | undefined {
  return typeof event === 'string' ? event : undefined
}

/**
 * The time at which Logto made the event, by its own clock. Since it is signed, an event that is sent again
 * changes nothing. Without it the gateway's clock counts: Logto always states it, so that nobody can have
 * overheard such an event and send it again.
 */
function createdMs({ createdAt }: LogtoEvent): number | undefined {
  if (typeof createdAt !== 'string' || !utcTime.test(createdAt)) return undefined
  const ms = Date.parse(createdAt)
  return Number.isNaN(ms) ? undefined : ms
}

const utcTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

/** The console sends made-up events on demand. One of a deleted role would cut everybody off. */
function isTest({ params }: LogtoEvent): boolean {
  return member(params, 'id') === 'fake-id'
}

const nobody: readonly Whose[] = []
const everybody = [{ kind: 'all', id: '' }] as const satisfies readonly Whose[]

const cutAllOff = () => everybody
const cutAllOffUnlessAdded = ({ method }: LogtoEvent) => (method === 'POST' ? nobody : everybody)

/** By the name of the event. A map, since `constructor` is a name that an object would know. */
const endings: ReadonlyMap<string, (event: LogtoEvent) => readonly Whose[]> = new Map([
  ['User.SuspensionStatus.Updated', ofSuspension],
  ['User.Deleted', ofUser],
  ['PostResetPassword', ofUser],
  ['User.Data.Updated', ofUserData],
  ['Organization.Membership.Updated', ofMembership],
  ['Organization.Deleted', ofOrganization],
  ['Role.Scopes.Updated', ofRole],
  // Nobody can be asked any more who had it.
  ['Role.Deleted', cutAllOff],
  ['Scope.Deleted', cutAllOff],
  ['OrganizationRole.Deleted', cutAllOff],
  ['OrganizationRole.Scopes.Updated', cutAllOffUnlessAdded],
  ['OrganizationScope.Deleted', cutAllOff],
])

/** A user who may sign in again is told of by the same event. */
function ofSuspension(event: LogtoEvent): readonly Whose[] {
  return member(event['data'], 'isSuspended') === false ? nobody : ofUser(event)
}

/** Events of a sign-in name the user otherwise than those of the Management API. */
function ofUser(event: LogtoEvent): readonly Whose[] {
  const { params, userId, user, data } = event
  return one('sub', member(params, 'userId') ?? userId ?? member(user, 'id') ?? member(data, 'id'))
}

/** A name or a picture ends nothing; another password or second factor does. */
function ofUserData(event: LogtoEvent): readonly Whose[] {
  const { matchedRoute } = event
  if (typeof matchedRoute !== 'string') return nobody
  if (matchedRoute.endsWith('/password')) return ofUser(event)
  // There `data` is the factor.
  return matchedRoute.includes('/mfa-verifications') ? ofUser({ ...event, data: undefined }) : nobody
}

/** An event that replaces or deletes members without saying which ones may be about anybody. */
function ofMembership(event: LogtoEvent): readonly Whose[] {
  const { removedUserIds: removed, addedUserIds: added, method } = event
  if (removed === undefined) {
    const isReplaced = added === undefined && (method === 'PUT' || method === 'DELETE')
    return isReplaced ? everybody : nobody
  }
  if (!Array.isArray(removed) || !removed.every(isId)) return everybody
  return removed.map((id) => ({ kind: 'sub', id }))
}

function ofOrganization({ params, data, organizationId }: LogtoEvent): readonly Whose[] {
  return one('organization', member(params, 'id') ?? member(data, 'id') ?? organizationId)
}

function ofRole({ method, params, roleId }: LogtoEvent): readonly Whose[] {
  return method === 'POST' ? nobody : one('role', member(params, 'id') ?? roleId)
}

function one(kind: Whose['kind'], id: unknown): readonly Whose[] {
  return isId(id) ? [{ kind, id }] : everybody
}

/** Logto's have 21 characters at most. */
const longestId = 128

function isId(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && id.length <= longestId
}

function member(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}
