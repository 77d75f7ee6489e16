import * as v from 'valibot'
import { isJsonObject } from '../../issuer/json-object.ts'
import { about, authorization, exchangeOptions, upstream } from './exchange.ts'
import { fields, key, named, needed } from './fields.ts'
import { byForm } from './form.ts'
import { tolerance } from './units.ts'
import {
  corsOrigin,
  endpoint,
  fieldName,
  filled,
  flag,
  host,
  list,
  methodName,
  prefix,
  scopeWords,
  text,
  word,
} from './values.ts'

/** Header → claim. */
export const identityHeaders = byForm({ map: v.record(fieldName, text) })

const cors = fields(
  {
    origins: needed(
      filled(corsOrigin),
      'Pages of these origins may call the API.',
      'write [https://app.example.com]',
    ),
    methods: key(filled(methodName), 'Methods that they may use. Default: those that the path lists.'),
    headers: key(
      filled(fieldName),
      'Request headers that they may send. Default: Authorization, Content-Type.',
    ),
    exposeHeaders: key(filled(fieldName), 'Response headers that they may read.'),
    credentials: key(flag, 'Whether they may send cookies.', false),
    maxAge: key(tolerance, 'How long a browser may remember the answer to a preflight.'),
  },
  ...['origins', 'headers', 'exposeHeaders'].map((name) => wildcardRule(name)),
)

/** Browsers take `*` for a plain name as soon as credentials are sent. */
function wildcardRule(name: string) {
  return (value: Readonly<Record<string, unknown>>) => {
    const names = value[name]
    const wild = value['credentials'] === true && Array.isArray(names) && names.includes('*')
    return wild ? { key: name, message: `* cannot stand with credentials: name the ${name}` } : undefined
  }
}

/** The outer form alone: the value of each path is decoded by `compose/route-list.ts`. */
export const routes = v.record(v.string(), v.unknown())

/** Options that hold as they are written. A new one needs nothing but this line and its use. */
export const plainApiOptions = {
  clients: key(filled(text), 'Only tokens of these clients (`client_id`).'),
  stripPath: key(flag, 'Routes are written without `path`, and the upstream gets none.', false),
  preserveHost: key(flag, 'The upstream gets the Host of the client.', false),
  distinguishes: key(
    list(word(['case', 'dots', 'extension', 'unicode'])),
    'What the upstream is known to tell apart.',
    [],
  ),
}

const organizations = v.union(
  [v.literal(true), v.literal('tokens')],
  'expected true, or tokens to let organization tokens pass too',
)

/** As an access token can have it (RFC 6749 section 3.3). Logto itself takes almost anything. */
const permissionName = v.pipe(
  v.string(),
  v.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/, 'a permission is one scope: printable ASCII without spaces'),
  v.check(
    (name) => !['openid', 'offline_access'].includes(name),
    'this scope belongs to OpenID Connect, and asking for it changes the token: choose another name',
  ),
)

const metadata = fields({
  scopes: key(scopeWords, 'The scopes that it names. Default: every one that the routes of the API name.'),
  documentation: key(endpoint, 'Where people read about the API.'),
})

/** Permission → description. */
const permissions = byForm({ map: v.record(permissionName, text) })

const audienceMap = fields({
  clients: needed(
    filled(text),
    'Tokens of these clients may have no `aud`, where issuer.accessToken marks access tokens.',
    'name the clients whose access tokens have no aud',
  ),
})
const { upstream: _, authorization: __, ...inherited } = exchangeOptions

const api = fields(
  {
    resource: needed(
      text,
      'The API identifier (RFC 8707): the `aud` of its access tokens, byte for byte.',
      'write the API identifier that tokens have as aud, such as https://api.example.com/',
    ),
    upstream: needed(
      upstream,
      about.upstream,
      'write where allowed requests go, such as http://legacy-api:3000',
    ),
    routes: needed(
      byForm({ map: routes }),
      'Path, then method, then what is required. What is not here is refused.',
      'write what each path requires; {} refuses everything',
    ),
    name: key(text, 'What people call it. Default: its key in this file.'),
    permissions: key(permissions, 'The scopes that there are, each with what it means to people.'),
    issuer: key(text, 'Which of several issuers.'),
    audience: key(
      byForm({ text, list: filled(text), map: audienceMap }),
      'What `aud` may be instead of the resource; or clients whose tokens may have none.',
    ),
    authorization: key(authorization, about.authorization, 'strip'),
    hosts: key(filled(host), 'The hosts of this API: a name, or "*.name" for all below it.'),
    from: key(
      fields({
        file: needed(
          text,
          'A file with networks: in the JSON of OpenAI, as a JSON list, or one a line.',
          'name a file with the networks that may ask this API',
        ),
      }),
      'Only clients of these networks may ask this API. They name a network, never a user.',
    ),
    path: key(prefix, 'The API stands below this path.', '/'),
    organizations: key(
      organizations,
      'Its users have permissions in organizations of Logto; tokens: organization tokens pass too.',
    ),
    metadata: key(
      byForm({ text: v.literal(false, 'expected false, or a map'), ...metadata.forms }),
      'What the metadata of this protected resource says (RFC 9728); false: it is not published.',
    ),
    ...plainApiOptions,
    identity: key(
      fields({ headers: key(identityHeaders, 'Header: claim, instead of the common ones.') }),
      'What the upstream of this API is told about the user.',
      {},
    ),
    cors: key(cors, 'Which pages may call this API from a browser; the gateway answers preflights.'),
    ...inherited,
  },
  (value) =>
    value['preserveHost'] === true && !('hosts' in value)
      ? {
          key: 'preserveHost',
          message: 'preserveHost needs hosts: else a client could choose any Host for the upstream',
        }
      : undefined,
  (value) =>
    value['stripPath'] === true && isJsonObject(value['path']) && value['path']['canonical'] === ''
      ? { key: 'stripPath', message: 'stripPath needs path: there is nothing to strip' }
      : undefined,
)

/** By name. */
export const apis = named(api)

export type FileApi = v.InferOutput<typeof api>
export type FileCors = v.InferOutput<typeof cors>
export type PlainApiOptions = Pick<FileApi, keyof typeof plainApiOptions>
