import { withoutConnectionAuth } from '../http/connection-auth.ts'
import { connectionOptions } from '../http/connection-options.ts'
import { isHopByHop } from '../http/field-name.ts'
import { splitList } from '../http/list.ts'
import { memo } from '../memo.ts'
import { type LocationRules, relocate } from './location.ts'

/** Rules by which the upstream's response head is relayed. They are built when the file loads. */
export type ResponseRules = {
  /** The request needed a token, so the response must not enter a shared cache. */
  readonly keepPrivate: boolean
  /** Without them Location and Content-Location pass as they are. */
  readonly location?: LocationRules
}

/** The upstream's response head as the client gets it. */
export type ResponseHead = {
  readonly headers: string[]
  readonly hasDate: boolean
  readonly isEventStream: boolean
  /** No body follows, whatever Content-Length says: the response is over with its head. */
  readonly isWhole: boolean
  /** A challenge that signs the connection in was taken out: nobody else may be served over it. */
  readonly connectionAuth: boolean
  /** A challenge is left for the client. */
  readonly challenged: boolean
}

/** True for a 401 that is left without a challenge: no client could do what it asks. */
export function isUnanswerable(status: number, head: ResponseHead): boolean {
  return status === 401 && head.connectionAuth && !head.challenged
}

export const onlyConnectionAuth =
  'The upstream asks for NTLM, Negotiate or Kerberos, which sign a connection in and cannot be passed on'

/**
 * Makes a new flat list of response headers for `writeHead`, without hop-by-hop fields and without those that
 * the upstream's Connection names. Caching, Location and CORS are as configured.
 */
export function relayHead(
  status: number,
  raw: readonly (Buffer | string)[],
  rules: ResponseRules,
  corsHeaders: readonly string[] | undefined,
): ResponseHead {
  const head: Draft = {
    headers: [],
    hasDate: false,
    isEventStream: false,
    isWhole: bodiless.has(status),
    connectionAuth: false,
    challenged: false,
    cacheControl: undefined,
    varies: false,
  }
  const listed = namedByConnection(raw)
  for (let i = 0; i < raw.length; i += 2) {
    const name = latin1(raw[i])
    const role = roleOf(name)
    if (listed?.includes(name.toLowerCase()) || isDropped(role, status, rules, corsHeaders)) continue
    relayField(head, role, name, latin1(raw[i + 1]), rules)
  }
  // Without a length, HTTP/1.1 expects a body behind 205, unlike behind 204 and 304 (RFC 9110 section
  // 15.3.6).
  if (status === 205) head.headers.push('Content-Length', '0')
  if (rules.keepPrivate) addPrivacy(head)
  if (corsHeaders !== undefined) head.headers.push(...corsHeaders)
  head.headers.push('Via', '1.1 scopegate')
  return head
}

function isDropped(
  role: Role,
  status: number,
  { keepPrivate }: ResponseRules,
  corsHeaders: readonly string[] | undefined,
): boolean {
  switch (role) {
    case 'hop-by-hop':
      return true
    case 'cors':
      return corsHeaders !== undefined
    case 'shared-cache':
      return keepPrivate
    case 'content-length':
      return status !== 304 && bodiless.has(status)
    default:
      return false
  }
}

/** A head while it is put together. */
type Draft = {
  readonly headers: string[]
  hasDate: boolean
  isEventStream: boolean
  readonly isWhole: boolean
  connectionAuth: boolean
  challenged: boolean
  /** The values of all Cache-Control fields, joined. They are written last. */
  cacheControl: string | undefined
  /** Vary names Authorization, or everything. */
  varies: boolean
}

function relayField(head: Draft, role: Role, name: string, value: string, rules: ResponseRules): void {
  switch (role) {
    case 'date':
      head.hasDate = true
      break
    case 'content-type':
      head.isEventStream = eventStream.test(value)
      break
    case 'location':
      return void head.headers.push(
        name,
        rules.location === undefined ? value : relocate(value, rules.location),
      )
    case 'cache-control':
      if (!rules.keepPrivate) break
      head.cacheControl = head.cacheControl === undefined ? value : `${head.cacheControl}, ${value}`
      return
    case 'challenge':
      return relayChallenges(head, name, value)
    case 'vary':
      head.varies ||= variesByToken.test(value)
  }
  head.headers.push(name, value)
}

function relayChallenges(head: Draft, name: string, value: string): void {
  const kept = withoutConnectionAuth(value)
  if (kept !== value) head.connectionAuth = true
  if (kept === undefined) return
  head.challenged = true
  head.headers.push(name, kept)
}

/** Makes sure that no cache shows another user what was shown for a token. */
function addPrivacy({ headers, cacheControl, varies }: Draft): void {
  headers.push('Cache-Control', cacheControl === undefined ? 'private' : privateCacheControl(cacheControl))
  if (!varies) headers.push('Vary', 'Authorization')
}

/**
 * Statuses without a body (RFC 9110 sections 15.3.5, 15.3.6, 15.4.5). A 304 keeps the length of the body that
 * is not sent again.
 */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

const eventStream = /^[ \t]*text\/event-stream[ \t]*(?:;|$)/i
const variesByToken = /(?:^|,)[ \t]*(?:\*|authorization)[ \t]*(?:,|$)/i

type Role =
  | 'hop-by-hop'
  | 'cache-control'
  | 'content-length'
  | 'challenge'
  | 'content-type'
  | 'cors'
  | 'date'
  | 'location'
  | 'shared-cache'
  | 'vary'
  | 'other'

const roles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['cache-control', 'cache-control'],
  ['content-length', 'content-length'],
  ['content-location', 'location'],
  ['content-type', 'content-type'],
  ['date', 'date'],
  ['location', 'location'],
  ['surrogate-control', 'shared-cache'],
  ['vary', 'vary'],
  ['www-authenticate', 'challenge'],
])

const roleOf = memo<Role>((name) => {
  const lower = name.toLowerCase()
  if (isHopByHop(lower)) return 'hop-by-hop'
  if (lower.startsWith('access-control-')) return 'cors'
  return lower.endsWith('cdn-cache-control') ? 'shared-cache' : (roles.get(lower) ?? 'other')
})

function latin1(value: Buffer | string | undefined): string {
  return value === undefined || typeof value === 'string' ? (value ?? '') : value.toString('latin1')
}

/** Lower-cased names of the fields that the upstream's Connection keeps for this hop. */
function namedByConnection(raw: readonly (Buffer | string)[]): readonly string[] | undefined {
  let names: string[] | undefined
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.length !== 10 || latin1(raw[i]).toLowerCase() !== 'connection') continue
    for (const name of connectionOptions(latin1(raw[i + 1])).fields) {
      names ??= []
      names.push(name)
    }
  }
  return names
}

function privateCacheControl(value: string): string {
  const directives = splitList(value).filter(
    (directive) => !/^(?:public|private|s-maxage)(?:[ \t]*=|$)/i.test(directive),
  )
  const stored = !directives.some((directive) => directive.toLowerCase() === 'no-store')
  return (stored ? ['private', ...directives] : directives).join(', ')
}
