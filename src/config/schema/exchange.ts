import * as v from 'valibot'
import { fields, key, needed } from './fields.ts'
import { byForm } from './form.ts'
import { count, size, timeout } from './units.ts'
import { filled, flag, origin, text } from './values.ts'

const origins = byForm({ text: origin, list: filled(origin) })

const upstreamTls = fields(
  {
    ca: key(text, 'File with the certificates (PEM) to trust instead of the usual ones.'),
    cert: key(text, 'File with the certificate (PEM) that the gateway shows to the upstream.'),
    key: key(text, 'File with the private key of that certificate (PEM).'),
    servername: key(text, 'The name that the certificate of the upstream must have.'),
  },
  (value) =>
    'cert' in value === 'key' in value
      ? undefined
      : { message: 'cert and key belong together: write both, or neither' },
)

/** The pool of an upstream that is written as a bare origin. */
export const pool = { connections: 128, queue: 1000, reuse: true }

const upstreamMap = fields({
  url: needed(origins, 'Its origin, or origins that are used in turn.', 'write url: http://legacy-api:3000'),
  connections: key(count(1), 'Connections to each origin.', pool.connections),
  queue: key(count(0), 'Requests that wait for a connection; further ones are 503.', pool.queue),
  reuse: key(flag, 'Whether a connection may carry one request after the other.', pool.reuse),
  tls: key(upstreamTls, 'For origins with https.'),
})

/** An origin, several, or the long form with the size of the pool. */
export const upstream = byForm({ text: origin, list: filled(origin), map: upstreamMap })

/** The Authorization that the upstream gets: none, that of the client, or a fixed value. */
export type AuthorizationOption =
  | { readonly kind: 'strip' | 'forward' }
  | { readonly kind: 'fixed'; readonly value: string }

/** A typo in `forward` must not become the credentials. */
const credentials = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ +([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/
/** Shorter secrets can be guessed: they are refused. */
const leastSecretBytes = 16

export const authorization = v.pipe(
  v.string('expected strip, forward, or a scheme and credentials such as Basic ${LEGACY_BASIC}'),
  v.check(
    (value) => isAuthorizationWord(value) || credentials.test(value),
    'expected strip, forward, or a scheme and credentials such as Basic ${LEGACY_BASIC}',
  ),
  v.check(
    (value) => isAuthorizationWord(value) || !isShortSecret(credentials.exec(value)?.[1]),
    'a secret has at least 16 bytes behind its scheme: use a longer one',
  ),
  v.transform(authorizationOf),
)

function authorizationOf(value: string): AuthorizationOption {
  return isAuthorizationWord(value) ? { kind: value } : { kind: 'fixed', value }
}

function isAuthorizationWord(value: string): value is 'strip' | 'forward' {
  return value === 'strip' || value === 'forward'
}

function isShortSecret(secret: string | undefined): boolean {
  return secret !== undefined && secret.length < leastSecretBytes
}

export const about = {
  upstream:
    'Where allowed requests go: an origin, a list of origins, or url with connections, queue and tls.',
  authorization: 'What the upstream gets as Authorization: strip, forward, or a fixed value.',
}

/** With the values that hold when neither the file, nor the API, nor the route has another. */
export const exchangeTimeouts = {
  connect: key(timeout, 'TCP and TLS connect to the upstream.', '5s'),
  response: key(
    timeout,
    "Until the upstream's response head, from dispatch, queueing included; then 504.",
    '60s',
  ),
  idle: key(timeout, 'No byte of a request or response body.', '60s'),
  stream: key(timeout, 'No byte on an event stream or WebSocket.', '1h'),
}

/** The same for limits. */
export const exchangeLimits = {
  bodyBytes: key(size, 'The longest request body; a longer one is 413.', '10MiB'),
}

/**
 * Options of the exchange with the upstream, for all routes of an API or for a single one. A route inherits
 * the options of its API, and an API the times and limits at the top of the file (`compose/exchange.ts`). A
 * new option, time or limit needs nothing but its line here and its use.
 */
export const exchangeOptions = {
  authorization: key(authorization, about.authorization),
  upstream: key(upstream, about.upstream),
  timeouts: key(fields(withoutDefaults(exchangeTimeouts)), 'Other times, instead of the inherited ones.'),
  limits: key(fields(withoutDefaults(exchangeLimits)), 'Other limits, instead of the inherited ones.'),
}

type Entries = Readonly<Record<string, v.OptionalSchema<v.GenericSchema, unknown>>>
type WithoutDefaults<T extends Entries> = { [K in keyof T]: v.OptionalSchema<T[K]['wrapped'], undefined> }

function withoutDefaults<const T extends Entries>(entries: T): WithoutDefaults<T> {
  const bare = Object.entries(entries).map(([name, entry]) => [name, { ...entry, default: undefined }])
  return Object.fromEntries(bare) // The same keys, each with its schema.
}

type Decoded<T extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<T, undefined>>

export type FileUpstreamTls = v.InferOutput<typeof upstreamTls>
export type FileUpstream = v.InferOutput<typeof upstream>
export type ExchangeTimes = Decoded<typeof exchangeTimeouts>
export type ExchangeLimits = Decoded<typeof exchangeLimits>
/** The options that an API or a route has itself. */
export type WrittenExchange = Decoded<typeof exchangeOptions>
/** All of them, as they are decoded. */
export type FileExchange = {
  [K in keyof typeof exchangeOptions]: v.InferOutput<(typeof exchangeOptions)[K]['wrapped']>
}
