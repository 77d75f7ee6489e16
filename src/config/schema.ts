import * as v from 'valibot'
import { fields, flag, named, text, texts } from './fields.ts'
import { count, duration, size } from './units.ts'

const origin = v.pipe(
  text,
  v.check((value) => isOrigin(value), 'expected an origin such as http://legacy-api:3000, without a path'),
  v.transform((value) => value.replace(/\/$/, '')),
)
const url = v.pipe(
  text,
  v.check((value) => isHttpUrl(value), 'expected an http or https URL'),
)
const address = v.pipe(
  text,
  v.regex(/^(?:[^:[\]\s]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$/, 'expected host:port, such as 0.0.0.0:8080'),
  v.transform((value) => {
    const colon = value.lastIndexOf(':')
    return { host: value.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(value.slice(colon + 1)) }
  }),
  v.check(({ port }) => port <= 65535, 'a port is at most 65535'),
)
const fieldName = v.pipe(text, v.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'not a header name'))
const algorithm = v.picklist(
  ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA'],
  'expected an asymmetric algorithm such as ES384; none and HS* are never accepted',
)

const issuer = v.pipe(
  fields({
    logto: v.optional(url),
    url: v.optional(url),
    jwksUri: v.optional(url),
    jwksFile: v.optional(text),
    introspectionEndpoint: v.optional(url),
    userinfoEndpoint: v.optional(url),
    tokenEndpoint: v.optional(url),
    algorithms: v.optional(
      v.pipe(v.array(algorithm, 'expected a list'), v.nonEmpty('an empty list accepts no token')),
    ),
    tokenTypes: v.optional(texts),
    claims: v.optional(fields({ scope: v.optional(text), clientId: v.optional(text) })),
  }),
  v.check(
    (value) => (value.logto === undefined) !== (value.url === undefined),
    'expected exactly one of logto and url',
  ),
)

const exchangeTimeouts = {
  connect: v.optional(duration),
  response: v.optional(duration),
  idle: v.optional(duration),
  stream: v.optional(duration),
}
const bodyLimit = fields({ bodyBytes: v.optional(size) })
const irregularity = v.picklist(
  ['encoded-slash', 'encoded-delimiters', 'encoded-percent', 'path-parameters', 'empty-segments', 'non-utf8'],
  'expected encoded-slash, encoded-delimiters, encoded-percent, path-parameters, empty-segments or non-utf8',
)

const upstreamMap = fields({
  url: v.lazy((value) =>
    Array.isArray(value) ? v.pipe(v.array(origin), v.nonEmpty('name an origin')) : origin,
  ),
  connections: v.optional(count),
  queue: v.optional(count),
  tls: v.optional(
    fields({
      ca: v.optional(text),
      cert: v.optional(text),
      key: v.optional(text),
      servername: v.optional(text),
    }),
  ),
})
const upstream = v.lazy((value) => {
  if (Array.isArray(value)) return v.pipe(v.array(origin), v.nonEmpty('name an origin'))
  return typeof value === 'object' && value !== null ? upstreamMap : origin
})

const claimValue = v.union(
  [v.pipe(v.string(), v.nonEmpty()), v.number(), v.boolean()],
  'expected a text, a number or true/false',
)
const where = v.pipe(
  named(
    v.lazy((value) =>
      Array.isArray(value)
        ? v.pipe(v.array(claimValue), v.nonEmpty('an empty list matches nothing'))
        : claimValue,
    ),
  ),
  v.check((value) => Object.keys(value).length > 0, 'an empty where is never a condition'),
)

const routeOptions = {
  where: v.optional(where),
  websocket: v.optional(flag),
  allow: v.optional(v.array(irregularity, 'expected a list')),
  authorization: v.optional(text),
  upstream: v.optional(upstream),
  timeouts: v.optional(fields(exchangeTimeouts)),
  limits: v.optional(bodyLimit),
}
const onlyTrue = v.literal(true, 'expected true')
const scopeText = v.pipe(
  v.string(
    'expected a text of scopes; for all of several write them in one text, for one of several use anyOf',
  ),
  v.check(
    (value) => value.trim() !== '',
    'an empty text is never a requirement; use authenticated or public',
  ),
  v.regex(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope holds printable ASCII without quotes and backslashes'),
)

const kinds = ['scopes', 'anyOf', 'public', 'optional', 'authenticated']

/** The long form of a requirement. */
export const requirement = v.pipe(
  fields({
    scopes: v.optional(scopeText),
    anyOf: v.optional(
      v.pipe(v.array(scopeText, 'expected a list'), v.nonEmpty('an empty list is never a requirement')),
    ),
    public: v.optional(onlyTrue),
    optional: v.optional(onlyTrue),
    authenticated: v.optional(onlyTrue),
    ...routeOptions,
  }),
  v.check(
    (value) =>
      hasUnknownKey(value) ||
      kindsOf(value).length === 1 ||
      (kindsOf(value).length === 0 && value.where !== undefined),
    'expected exactly one of scopes, anyOf, public, optional and authenticated',
  ),
  v.check(
    (value) => value.public === undefined || value.where === undefined,
    'where needs a token: it cannot stand with public',
  ),
)

/** A misspelt `scopes` is reported as that, not also as a requirement that is missing. */
function hasUnknownKey(value: object): boolean {
  return Object.keys(value).some((name) => !kinds.includes(name) && !(name in routeOptions))
}

function kindsOf(value: object): string[] {
  return kinds.filter((name) => name in value && value[name as keyof typeof value] !== undefined)
}

const identityHeaders = v.record(fieldName, text, 'expected a map of header: claim')

const api = fields({
  resource: text,
  upstream,
  routes: v.custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'expected a map of paths; {} refuses everything',
  ),
  issuer: v.optional(text),
  authorization: v.optional(text),
  clients: v.optional(texts),
  hosts: v.optional(texts),
  path: v.optional(text),
  stripPath: v.optional(flag),
  preserveHost: v.optional(flag),
  distinguishes: v.optional(
    v.array(
      v.picklist(['case', 'dots', 'extension', 'unicode'], 'expected case, dots, extension or unicode'),
    ),
  ),
  identity: v.optional(fields({ headers: v.optional(identityHeaders) })),
  cors: v.optional(
    fields({
      origins: texts,
      methods: v.optional(texts),
      headers: v.optional(texts),
      exposeHeaders: v.optional(texts),
      credentials: v.optional(flag),
      maxAge: v.optional(duration),
    }),
  ),
  timeouts: v.optional(fields(exchangeTimeouts)),
  limits: v.optional(bodyLimit),
})

/** The whole file. Routes are decoded one by one (`routes.ts`): their form depends on the shape of each value. */
export const file = fields({
  listen: v.optional(address),
  publicUrl: v.optional(url),
  issuer: v.optional(issuer),
  issuers: v.optional(named(issuer)),
  apis: named(api),
  tokens: v.optional(
    fields({
      clockTolerance: v.optional(duration),
      maxBytes: v.optional(size),
      maxLifetime: v.optional(duration),
      cache: v.optional(fields({ maxEntries: v.optional(count) })),
      opaque: v.optional(v.literal('explain', 'expected explain')),
    }),
  ),
  identity: v.optional(
    fields({
      headers: v.optional(identityHeaders),
      strip: v.optional(v.array(fieldName, 'expected a list')),
      keep: v.optional(v.array(fieldName, 'expected a list')),
    }),
  ),
  limits: v.optional(
    fields({
      headerBytes: v.optional(size),
      headerCount: v.optional(count),
      targetBytes: v.optional(size),
      responseHeaderBytes: v.optional(size),
      connections: v.optional(count),
      bodyBytes: v.optional(size),
    }),
  ),
  timeouts: v.optional(
    fields({ ...exchangeTimeouts, head: v.optional(duration), shutdown: v.optional(duration) }),
  ),
  tls: v.optional(
    fields({
      cert: text,
      key: text,
      minVersion: v.optional(v.picklist(['TLSv1.2', 'TLSv1.3'], 'expected TLSv1.2 or TLSv1.3')),
    }),
  ),
  log: v.optional(
    fields({
      level: v.optional(
        v.picklist(
          ['debug', 'info', 'warn', 'error', 'silent'],
          'expected debug, info, warn, error or silent',
        ),
      ),
      format: v.optional(v.picklist(['json', 'pretty'], 'expected json or pretty')),
      decisions: v.optional(v.picklist(['all', 'refused', 'off'], 'expected all, refused or off')),
    }),
  ),
  admin: v.optional(fields({ listen: v.optional(address) })),
  trustedProxies: v.optional(
    v.array(
      v.pipe(
        text,
        v.regex(/^[0-9A-Fa-f.:]+(?:\/\d{1,3})?$/, 'expected an address or a CIDR such as 10.0.0.0/8'),
      ),
    ),
  ),
})

export type File = v.InferOutput<typeof file>
export type FileApi = v.InferOutput<typeof api>
export type FileIssuer = v.InferOutput<typeof issuer>
export type FileRequirement = v.InferOutput<typeof requirement>

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}

function isOrigin(value: string): boolean {
  return isHttpUrl(value) && /^https?:\/\/[^/?#@]+\/?$/i.test(value)
}
