import type * as v from 'valibot'
import { apis, identityHeaders } from './api.ts'
import { chatgpt } from './chatgpt.ts'
import { exchangeLimits, exchangeTimeouts } from './exchange.ts'
import { fields, key, named, needed } from './fields.ts'
import { issuer } from './issuer.ts'
import { logto } from './logto.ts'
import { profile } from './profile.ts'
import { revocation } from './revocation.ts'
import { byteRate, clockDifference, count, lifetime, processes, size, timeout } from './units.ts'
import { address, baseUrl, fieldName, flag, list, network, secret, text, word } from './values.ts'

const tokens = fields({
  clockTolerance: key(clockDifference, 'How far the clocks of issuer and gateway may differ.', '5s'),
  maxBytes: key(size, 'A longer token is refused without being parsed.', '8KiB'),
  maxLifetime: key(lifetime, 'A token that is valid for longer is refused.', '24h'),
  opaque: key(
    word(['explain', 'introspect', 'userinfo', 'exchange']),
    'What is done about opaque tokens: explain refuses them and says why, the others ask the issuer.',
    'explain',
  ),
  exchange: key(
    fields({
      personalAccessTokens: key(flag, 'Whether personal access tokens of Logto are exchanged too.', false),
      inFlight: key(count(1, 1000), 'Questions about opaque tokens that are asked at the same time.', 8),
    }),
    'How the issuer is asked about opaque tokens.',
    {},
  ),
  cache: key(
    // The cache takes the memory of all its entries at once: a larger number would end the process.
    fields({ maxEntries: key(count(1, 10_000_000), 'Verified tokens that are remembered.', 20_000) }),
    'Verified tokens are remembered until they expire.',
    {},
  ),
})

const identity = fields({
  headers: key(identityHeaders, 'Header: claim. What the upstream is told about the user.', {
    'X-User-Id': 'sub',
    'X-User-Scopes': 'scope',
    'X-Client-Id': 'client_id',
    'X-Organization-Id': 'organization_id',
  }),
  strip: key(list(fieldName), 'Further client headers to remove.', []),
  keep: key(list(fieldName), 'Client headers to keep although they are removed by default.', []),
  machines: key(
    word(['client', 'user']),
    'Whether a token whose sub is its client goes into the headers of the client alone, or of the user too.',
    'client',
  ),
  profile: key(profile, 'What is looked up about the user, where the token does not hold it.'),
})

const limits = fields({
  headerBytes: key(size, 'The longest request head.', '16KiB'),
  headerCount: key(count(1), 'The most header fields of a request.', 100),
  targetBytes: key(size, 'The longest request target.', '8KiB'),
  responseHeaderBytes: key(size, 'The longest response head of an upstream.', '32KiB'),
  connections: key(count(1), 'The most connections of clients at a time.', 10_000),
  ...exchangeLimits,
  bodyRate: key(
    byteRate,
    'The least pace of a request body, averaged over 30 s after its first 10 s; a slower one is 408.',
    '1KiB/s',
  ),
})

const timeouts = fields({
  ...exchangeTimeouts,
  head: key(timeout, "The client's request head.", '10s'),
  shutdown: key(timeout, 'Grace for requests in flight on SIGTERM.', '30s'),
})

const tls = fields({
  cert: needed(text, 'File with the certificate chain (PEM).', 'write the file with the certificate chain'),
  key: needed(text, 'File with its private key (PEM).', 'write the file with the private key'),
  minVersion: key(word(['TLSv1.2', 'TLSv1.3']), 'The oldest version that is spoken.', 'TLSv1.2'),
})

const log = fields(
  {
    level: key(
      word(['debug', 'info', 'warn', 'error', 'silent']),
      'The least severe line that is written.',
      'info',
    ),
    format: key(word(['json', 'pretty']), 'One JSON object a line, or lines for a person.', 'json'),
    decisions: key(word(['all', 'refused', 'off']), 'Which requests get a line.', 'all'),
    pseudonymise: key(
      flag,
      'Whether users, client addresses, conversations and GPTs are written as digests that only this key makes.',
      false,
    ),
    pseudonymKey: key(secret, 'The key of these digests. Default: another one with each start.'),
  },
  (value) =>
    'pseudonymKey' in value && value['pseudonymise'] !== true
      ? { key: 'pseudonymKey', message: 'nothing is made with this key without pseudonymise: true' }
      : undefined,
)

const metrics = fields({
  series: key(
    count(1, 1_000_000),
    'The most time series of requests and decisions; further ones are counted together.',
    10_000,
  ),
})

/** The whole file. Its routes are decoded one by one in `compose/route-list.ts`, each by its form. */
export const file = fields(
  {
    listen: key(address, 'Where clients connect.', '0.0.0.0:8080'),
    publicUrl: key(baseUrl, 'How clients reach this gateway.'),
    issuer: key(issuer, 'The authorization server whose access tokens count.'),
    issuers: key(named(issuer), 'Several of them by name; each API says which with `issuer`.'),
    apis: needed(apis, 'The APIs by name.', 'name an API with its resource, upstream and routes'),
    logto: key(logto, 'What scopegate logto apply provisions at the issuer, and by what account.'),
    chatgpt: key(chatgpt, 'Everything that ChatGPT needs beside the routes.'),
    revocation: key(revocation, 'How the gateway hears whose access has ended, and where it keeps that.'),
    tokens: key(tokens, 'How access tokens are verified.', {}),
    identity: key(identity, 'What upstreams are told about the user.', {}),
    limits: key(limits, 'How much is taken before a request is refused.', {}),
    timeouts: key(timeouts, 'How long is waited.', {}),
    tls: key(tls, 'Serve https. The files are read again when they change.'),
    log: key(log, 'What is logged, and how.', {}),
    metrics: key(metrics, 'What is counted for /metrics on the admin listener.', {}),
    admin: key(
      fields({
        listen: key(address, 'Never reachable for clients.', '127.0.0.1:9090'),
        token: key(secret, 'What POST /revoke asks for as Bearer; needed where it listens beyond loopback.'),
      }),
      'Health, readiness, the routes in force, and revocation.',
      {},
    ),
    trustedProxies: key(list(network), 'Addresses whose X-Forwarded-* are believed.', []),
    workers: key(processes, 'Processes that serve: a number, or auto for one a core.', 1),
  },
  (value) =>
    'issuer' in value && 'issuers' in value
      ? { key: 'issuers', message: 'write issuer or issuers, not both' }
      : undefined,
)

export type File = v.InferOutput<typeof file>
