import * as v from 'valibot'
import { fields, key, needed } from './fields.ts'
import { byShape } from './form.ts'
import { count, size, timeout } from './units.ts'
import { filled, origin, text } from './values.ts'

const origins = byShape({ text: origin, list: filled(origin) })

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

/** What holds when an upstream is written as a bare origin, too. */
export const pool = { connections: 128, queue: 1000 }

const upstreamMap = fields({
  url: needed(origins, 'Its origin, or origins that are used in turn.', 'write url: http://legacy-api:3000'),
  connections: key(count(1), 'Connections to each origin.', pool.connections),
  queue: key(count(0), 'Requests that wait for a connection; further ones are 503.', pool.queue),
  tls: key(upstreamTls, 'For origins with https.'),
})

/** An origin, several, or the long form with the size of the pool. */
export const upstream = byShape({ text: origin, list: filled(origin), map: upstreamMap })

/** A typo in `forward` must not become the credentials. */
const credentials = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ +([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/
const leastSecretBytes = 16

/** What the upstream gets as Authorization. */
export const authorization = v.pipe(
  v.string('expected strip, forward, or a scheme and credentials such as Basic ${LEGACY_BASIC}'),
  v.check(
    (value) => isAuthorizationWord(value) || credentials.test(value),
    'expected strip, forward, or a scheme and credentials such as Basic ${LEGACY_BASIC}',
  ),
  v.check(
    (value) => isAuthorizationWord(value) || (credentials.exec(value)?.[1]?.length ?? 16) >= leastSecretBytes,
    'a secret has at least 16 bytes behind its scheme: use a longer one',
  ),
)

function isAuthorizationWord(value: string): boolean {
  return value === 'strip' || value === 'forward'
}

export const texts = {
  upstream:
    'Where allowed requests go: an origin, a list of origins, or url with connections, queue and tls.',
  authorization: 'What the upstream gets as Authorization: strip, forward, or a fixed value.',
  connect: 'TCP and TLS connect to the upstream.',
  response: "Until the upstream's response head, from dispatch, queueing included; then 504.",
  idle: 'No byte of a request or response body.',
  stream: 'No byte on an event stream or WebSocket.',
  bodyBytes: 'The longest request body; a longer one is 413.',
}

/** What an API or a route sets for itself; the rest is inherited. */
export const exchangeTimeouts = fields({
  connect: key(timeout, texts.connect),
  response: key(timeout, texts.response),
  idle: key(timeout, texts.idle),
  stream: key(timeout, texts.stream),
})

export const exchangeLimits = fields({ bodyBytes: key(size, texts.bodyBytes) })

export type FileUpstream = v.InferOutput<typeof upstream>
export type FileTimeouts = v.InferOutput<typeof exchangeTimeouts>
