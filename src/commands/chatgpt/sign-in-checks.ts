import { createHash, randomBytes } from 'node:crypto'
import { CheckFault } from './check-fault.ts'
import { type Check, check } from './checklist.ts'
import type { Exchange } from './exchange.ts'
import { textOfHtml } from './exchange-text.ts'
import { membersOf, problemOf, short, textsIn } from './json-members.ts'
import { mendOf, runsAnotherFile } from './mends.ts'
import type { Found, Subject, Visit } from './visit.ts'

/** A sign-in that is about to begin. */
type Entry = { readonly url: string; readonly state: string; readonly verifier: string | undefined }

/**
 * The query of ChatGPT: an Action sends neither `resource` nor PKCE nor `prompt`, an MCP client all but the
 * last.
 */
function entryOf({ subject, mask }: Visit, known: Place, redirectUri: string): Entry {
  const { authorization } = known.endpoints
  const isMcp = subject.surface === 'mcp'
  const state = randomBytes(16).toString('base64url')
  const verifier = isMcp ? randomBytes(32).toString('base64url') : undefined
  for (const secret of [state, verifier]) if (secret !== undefined) mask.hide(secret)
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: subject.client.id,
    redirect_uri: redirectUri,
    scope: isMcp ? scopeOf(subject, known) : subject.scope,
    state,
    ...(isMcp && { resource: subject.chatgpt.resource }),
    ...(verifier !== undefined && {
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }),
  })
  return { url: `${authorization}${authorization.includes('?') ? '&' : '?'}${query}`, state, verifier }
}

type Place = Pick<Found, 'offered'> & Required<Pick<Found, 'endpoints' | 'server'>>

/** The scopes of the challenge, else those of the metadata, and offline access where it is on offer. */
function scopeOf({ scope }: Subject, { offered, server }: Place): string {
  const isOffered = textsIn(server.members['scopes_supported']).includes('offline_access')
  return [...(offered ?? [scope]), ...(isOffered ? ['offline_access'] : [])].join(' ')
}

/** Callbacks that are tried; each is a sign-in that begins, of which an address has only so many. */
const mostCallbacks = 6

/** Asks as the browser would, up to the page where a person is needed, for each callback. */
export const signInBegins: Check = check(
  'A sign-in can begin, with every callback',
  ['refusal', 'server', 'endpoints'],
  async (visit, known) => {
    const { subject } = visit
    const configured = subject.surface === 'actions' ? (subject.chatgpt.facade?.redirectUris ?? []) : []
    const callbacks = [...new Set([subject.redirectUri, ...configured])].slice(0, mostCallbacks)
    for (const callback of callbacks) await begin(visit, entryOf(visit, known, callback), callback)
    return { note: callbacks.join(', '), found: { entrance: 'open' } }
  },
)

async function begin(visit: Visit, { url }: Entry, callback: string): Promise<void> {
  const { subject, askGateway, askServer } = visit
  if (subject.surface === 'mcp' || subject.chatgpt.facade === undefined)
    return requireEntrance(visit, await askServer({ method: 'GET', url }), callback)
  const exchange = await askGateway({ method: 'GET', url })
  const target = redirectOf(exchange)
  if (target === undefined) throw facadeFault(exchange, subject, callback)
  requireNoError(visit, target, exchange, callback)
  requireOwnTarget(target, exchange, subject)
  requireEntrance(visit, await askServer({ method: 'GET', url: target.href }), callback)
}

function redirectOf({ status, headers, sent }: Exchange): URL | undefined {
  const { location } = headers
  if (status < 300 || status > 399 || location === undefined || !URL.canParse(location, sent.url))
    return undefined
  const target = new URL(location, sent.url)
  return /^https?:$/.test(target.protocol) ? target : undefined
}

/** RFC 6749 section 4.1.2.1: errors come back to the callback. */
function requireNoError(visit: Visit, target: URL, exchange: Exchange, callback: string): void {
  const error = target.searchParams.get('error')
  if (error === null || !isOf(target, callback)) return
  throw authorizationFault(visit.subject, target.searchParams, exchange)
}

function isOf(target: URL, callback: string): boolean {
  const expected = new URL(callback)
  return target.origin === expected.origin && target.pathname === expected.pathname
}

/** Nobody but the authorization server is given the browser: whoever stands there asks for a password. */
function requireOwnTarget(target: URL, exchange: Exchange, { issuer, chatgpt }: Subject): void {
  const known = [issuer.issuer, ...(issuer.also ?? []), issuer.endpoints?.authorization ?? issuer.issuer]
  if (!known.some((url) => URL.canParse(url) && new URL(url).origin === target.origin))
    throw new CheckFault(
      `the gateway sends browsers to ${target.origin}, which is no address of the authorization server`,
      `${runsAnotherFile}; issuer.authorizationEndpoint says where browsers sign in`,
      exchange,
    )
  const resource = target.searchParams.get('resource')
  if (resource !== chatgpt.resource)
    throw new CheckFault(
      `the gateway asks for a token for ${short(resource ?? undefined)}, not for ${chatgpt.resource}`,
      runsAnotherFile,
      exchange,
    )
}

/** The facade has a page for whoever cannot be sent on. */
function facadeFault(exchange: Exchange, { client, base }: Subject, callback: string): CheckFault {
  const { status, text } = exchange
  const words = textOfHtml(text)
  if (status === 404 || problemOf(exchange)?.code === 'not_found')
    return new CheckFault(
      `${base} has no facade: 404 at the authorization URL`,
      `chatgpt.clients switches it on; ${runsAnotherFile}`,
      exchange,
    )
  if (status === 503)
    return new CheckFault(
      'the gateway has not reached the authorization server',
      'start it, or see in the log of the gateway why it cannot be reached',
      exchange,
    )
  if (status === 429)
    return new CheckFault('too many sign-ins: 429', 'wait, or raise chatgpt.limits.perAddress', exchange)
  if (words.includes('redirectUris'))
    return new CheckFault(
      `the gateway does not know the callback ${callback}`,
      `add it to chatgpt.redirectUris; ${runsAnotherFile}`,
      exchange,
    )
  if (words.includes('client_id'))
    return new CheckFault(
      `the gateway does not know the client ${client.id}`,
      `add it to chatgpt.clients; ${runsAnotherFile}`,
      exchange,
    )
  return new CheckFault(`the authorization URL answers ${status}, not a redirect`, runsAnotherFile, exchange)
}

/** The authorization server shows a page, or leads to one, unless it refuses. */
function requireEntrance(visit: Visit, exchange: Exchange, callback: string): void {
  const { subject } = visit
  const target = redirectOf(exchange)
  if (target !== undefined) return requireNoError(visit, target, exchange, callback)
  if (exchange.status === 200) return
  const { error } = membersOf(exchange) ?? {}
  const code = membersOf(exchange)?.['code']
  const name = code === 'oidc.invalid_redirect_uri' ? 'invalid_redirect_uri' : String(error ?? '')
  if (name === 'invalid_redirect_uri')
    throw new CheckFault(
      `the callback ${callback} is not registered at the authorization server`,
      mendOf(name, subject) ?? '',
      exchange,
    )
  if (name === 'invalid_client')
    throw new CheckFault(
      `the authorization server does not know the client ${subject.client.id}`,
      'name the application with --client or in chatgpt.clients: its id stands in the console',
      exchange,
    )
  throw new CheckFault(
    `the authorization server answers ${exchange.status}${name === '' ? '' : ` ${short(name)}`}`,
    mendOf(name, subject) ?? 'see in its log what it misses',
    exchange,
  )
}

export const userSignsIn: Check = check(
  'The user signs in',
  ['entrance', 'endpoints', 'server'],
  async (visit, known) => {
    const { subject, mask, signIn } = visit
    if (subject.code !== undefined && subject.surface === 'actions')
      return { note: 'the code was pasted', found: { code: { value: subject.code } } }
    const { url, state, verifier } = entryOf(visit, known, subject.redirectUri)
    const query = await signIn(url, subject.redirectUri, state)
    const code = query.get('code')
    if (code !== null) mask.hide(code)
    if (query.get('state') !== state)
      throw new CheckFault('the callback brings another state', 'finish the sign-in that this doctor began')
    requireIss(query.get('iss'), known.server.members, subject)
    if (code === null) throw authorizationFault(subject, query)
    const value = { value: code, ...(verifier !== undefined && { verifier }) }
    return { note: noteOn(query), found: { code: value } }
  },
)

function noteOn(query: URLSearchParams): string {
  return query.has('iss') ? 'code, state and iss came back' : 'code and state came back'
}

/** RFC 9207 section 2.4. */
function requireIss(
  iss: string | null,
  members: Readonly<Record<string, unknown>>,
  { surface, issuer }: Subject,
): void {
  const isPromised = members['authorization_response_iss_parameter_supported'] === true
  if (iss === null && !(surface === 'mcp' && isPromised)) return
  const names = surface === 'mcp' ? [issuer.issuer] : [issuer.issuer, ...(issuer.also ?? [])]
  if (iss !== null && names.includes(iss)) return
  throw new CheckFault(
    `iss on the callback is ${short(iss ?? undefined)}, not ${issuer.issuer}`,
    'issuer.logto must be the address that Logto gives itself (its ENDPOINT)',
  )
}

function authorizationFault(subject: Subject, query: URLSearchParams, exchange?: Exchange): CheckFault {
  const error = query.get('error') ?? 'neither code nor error'
  const description = query.get('error_description')
  const mend = mendOf(error, subject) ?? 'see in the log of the authorization server what it misses'
  return new CheckFault(
    `the sign-in ends with ${short(error)}${description === null ? '' : `: ${short(description)}`}`,
    mend,
    exchange,
  )
}
