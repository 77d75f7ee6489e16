import * as v from 'valibot'
import { fields, key, named, needed } from './fields.ts'
import { rate } from './units.ts'
import { endpoint, filled, flag, formed, redirectUri, scopeWords, text, word } from './values.ts'

const limits = fields({
  perAddress: key(
    rate,
    'Sign-ins that one client address may begin, and token requests that fail.',
    '30/min',
  ),
  total: key(rate, 'Requests that reach the authorization server. Logto Cloud takes 200 in 10 s.', '150/10s'),
})

const operations = fields({
  only: key(
    filled(text),
    'The operationIds that are published. Default: every one that a route lets through.',
  ),
  consequential: key(named(flag), 'operationId: whether ChatGPT asks its user each time.', {}),
})

/** The rules of the plugin manifest. Its readers cut or refuse what is longer. */
const nameForHuman = v.pipe(text, v.maxLength(50, 'at most 50 characters are shown'))
const nameForModel = formed(/^[A-Za-z0-9_]{1,50}$/, 'expected at most 50 letters, digits and underscores')
const descriptionForHuman = v.pipe(text, v.maxLength(120, 'at most 120 characters are shown'))
const descriptionForModel = v.pipe(text, v.maxLength(8000, 'at most 8000 characters are read'))

const manifest = fields({
  nameForHuman: needed(nameForHuman, 'The name that people see.', 'write one such as Todos'),
  nameForModel: needed(nameForModel, 'The name that the model uses.', 'write one such as todos'),
  descriptionForHuman: needed(descriptionForHuman, 'What people read about it.', 'write a sentence'),
  descriptionForModel: needed(descriptionForModel, 'What the model reads about it.', 'write what it is for'),
  logoUrl: needed(endpoint, 'A picture.', 'write its URL'),
  contactEmail: needed(text, 'Whom to ask.', 'write an email address'),
  legalInfoUrl: needed(endpoint, 'The terms of use.', 'write their URL'),
  verificationTokens: key(named(text), 'Service: the token by which it knows this manifest.', {}),
})

/** Everything that ChatGPT needs beside the routes. */
export const chatgpt = fields(
  {
    api: key(text, 'Which API. Default: the only one that needs tokens.'),
    clients: key(
      filled(text),
      'The applications that are ChatGPT. The OAuth facade is there when they are named.',
    ),
    redirectUris: key(filled(redirectUri), 'Exactly where ChatGPT waits for the browser.'),
    scopes: key(
      scopeWords,
      'The scopes that may be asked for. Default: every one that the routes of the API name.',
    ),
    refresh: key(flag, 'Whether ChatGPT gets a refresh token.', true),
    openid: key(word(['drop', 'keep']), 'Whether openid is asked for where ChatGPT asks for it.', 'drop'),
    organization: key(text, 'The organization of Logto that access tokens are for.'),
    limits: key(limits, 'How often the facade is used before it answers 429.', {}),
    openapi: key(text, 'The OpenAPI document of the API. It is published, filtered and repaired.'),
    operations: key(operations, 'Which operations are published, and how.', {}),
    manifest: key(manifest, 'The plugin manifest at /.well-known/ai-plugin.json.'),
  },
  (value) =>
    'clients' in value && !('redirectUris' in value)
      ? {
          key: 'clients',
          message:
            'without redirectUris, anybody could have codes sent elsewhere: copy both callback URLs from the GPT ' +
            'editor',
        }
      : undefined,
  (value) =>
    'redirectUris' in value && !('clients' in value)
      ? {
          key: 'redirectUris',
          message: 'this has no use without clients: name the applications of Logto that are ChatGPT',
        }
      : undefined,
  (value) =>
    value['refresh'] === false && 'organization' in value
      ? {
          key: 'refresh',
          message: 'tokens of an organization come by a refresh alone: take this key out',
        }
      : undefined,
)

export type FileChatGpt = v.InferOutput<typeof chatgpt>
