import * as v from 'valibot'
import { scopeText } from '../../http/scope-token.ts'
import { fields, key, named, needed } from './fields.ts'
import { byForm } from './form.ts'
import { lifetime } from './units.ts'
import { baseUrl, endpoint, filled, flag, redirectUri, text, word } from './values.ts'

const management = fields({
  id: needed(text, 'Its App ID.', 'write the App ID of a machine-to-machine application'),
  secret: needed(text, 'Its secret.', 'write its secret, such as ${file:/run/secrets/logto_m2m}'),
})

const permissionNames = v.pipe(
  v.string('expected permissions, separated by spaces'),
  v.check((value) => value.trim() !== '', 'an empty text grants nothing: name a permission, or take it out'),
  v.regex(
    scopeText,
    'a permission holds printable ASCII without quotes and backslashes, and they are separated by spaces',
  ),
)

/** The keys that no API can be named by, where roles say what they grant on each API. */
export const roleKeys = ['description', 'machine'] as const

const role = byForm({
  map: v.pipe(
    v.objectWithRest(
      {
        description: key(text, 'What the console shows beside its name. Default: the name.'),
        machine: key(flag, 'For applications instead of users.', false),
      },
      permissionNames,
    ),
    v.transform(({ description, machine, ...grants }) => ({
      // The library's type of the rest covers these two keys as well.
      description: description as string | undefined,
      isMachine: Boolean(machine),
      grants,
    })),
  ),
})

const application = fields({
  type: needed(
    word(['traditional', 'spa', 'native', 'machine']),
    'Its kind. It cannot be changed later.',
    'write traditional, spa, native or machine',
  ),
  description: key(text, 'What the console shows below its name.'),
  redirectUris: key(filled(redirectUri), 'Where Logto sends the browser after the sign-in.'),
  refreshTokens: key(
    word(['always', 'asked']),
    'always: a refresh token with every sign-in; asked: where offline_access and prompt=consent are.',
  ),
  tokenExchange: key(flag, 'Whether it may exchange tokens (RFC 8693).'),
  thirdParty: key(flag, 'Whether users are asked for their consent. It cannot be changed later.', false),
  consent: key(named(permissionNames), 'API: permissions that a third-party application may ask for.', {}),
  roles: key(filled(text), 'Machine roles of this file, for a machine application.'),
})

const webhook = fields({
  url: needed(
    endpoint,
    'Where Logto sends events. With revocation.webhook it ends in the path of that.',
    'write one such as https://api.example.com/.scopegate/logto',
  ),
  events: key(
    byForm({ text: word(['revocation']), list: filled(text) }),
    'revocation: every event that ends access.',
    'revocation',
  ),
})

/** The things `scopegate logto apply` provisions, and the way to the Management API. */
export const logto = fields({
  issuer: key(text, 'Which of several issuers. Default: the only one with logto.'),
  management: key(management, 'A machine-to-machine application with the role Logto Management API access.'),
  endpoint: key(baseUrl, 'How the gateway reaches Logto, where not by issuer.logto.'),
  resource: key(text, 'The identifier of the Management API, where it is not the usual one.'),
  defaultApi: key(text, 'The API that a client means which names none.'),
  accessTokenTtl: key(lifetime, 'How long access tokens of every API are valid, in whole seconds.'),
  roles: key(named(role), 'Roles by name, with what they grant.', {}),
  applications: key(named(application), 'Applications by name.', {}),
  users: key(named(filled(text)), 'User name or email: roles. Users are never created.', {}),
  webhook: key(webhook, 'The webhook by which Logto tells what ends access.'),
})

export type FileLogto = v.InferOutput<typeof logto>
