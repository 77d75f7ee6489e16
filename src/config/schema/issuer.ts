import * as v from 'valibot'
import { fields, key, needed } from './fields.ts'
import { byForm } from './form.ts'
import { conditions } from './requirement.ts'
import {
  baseUrl,
  baseUrlFault,
  baseUrlPattern,
  endpoint,
  expectedBaseUrl,
  faultless,
  filled,
  proxy,
  secret,
  text,
  withSchemeInSmallLetters,
} from './values.ts'

const algorithm = v.picklist(
  ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA'],
  'expected an asymmetric algorithm such as ES384; none and HS* are never accepted',
)

const tokenType = v.pipe(
  v.string('expected at+jwt, JWT or none'),
  v.regex(/^(?:application\/)?(?:at\+jwt|AT\+JWT|jwt|JWT)$|^none$/, 'expected at+jwt, JWT or none'),
  v.transform((type) => type.toLowerCase().replace(/^application\//, '')),
)

const logto = v.pipe(
  faultless(logtoFault, expectedBaseUrl),
  v.metadata({ pattern: `^(?!.*/oidc/?$)${baseUrlPattern}` }),
  v.transform((value) => withSchemeInSmallLetters(value).replace(/\/+$/, '')),
)

function logtoFault(value: string): string | undefined {
  const fault = baseUrlFault(value)
  if (fault !== undefined || !/\/oidc\/?$/.test(value)) return fault
  return 'write the address of Logto without /oidc: its issuer is <logto>/oidc, and that is added here'
}

const claims = fields({
  scope: key(
    byForm({ text, list: filled(text) }),
    'The claim that holds the scopes, or several whose scopes are united.',
    'scope',
  ),
  clientId: key(text, 'The claim that names the client.', 'client_id'),
})

const accessToken = fields({
  where: needed(
    conditions,
    'Claims that every access token of this issuer has, and no ID token.',
    'name a claim that marks access tokens, such as token_use: access',
  ),
})

const client = fields({
  id: needed(
    text,
    'Its `client_id`, or its name under `logto.applications`.',
    'write the App ID of the machine-to-machine application',
  ),
  secret: needed(secret, 'Its secret.', 'write its App secret, such as "${file:/run/secrets/gateway_app}"'),
})

const tls = fields({ ca: key(text, 'File with the certificates (PEM) to trust instead of the usual ones.') })

const issuerMap = fields(
  {
    logto: key(logto, 'Address of a Logto tenant. Its issuer is this address with /oidc behind it.'),
    url: key(baseUrl, 'Any other OpenID Connect issuer: the exact `iss` of its tokens.'),
    also: key(filled(baseUrl), 'Further exact `iss` values of the same key set, such as a custom domain.'),
    jwksUri: key(endpoint, 'Where the keys are fetched, when not where discovery says.'),
    jwksFile: key(text, 'A JWKS file that is read instead of any fetch.'),
    algorithms: key(filled(algorithm), 'The signature algorithms that tokens may have.'),
    tokenTypes: key(filled(tokenType), 'The `typ` that tokens may have; none is an absent one.', ['at+jwt']),
    accessToken: key(accessToken, 'What marks an access token. Without it, ID tokens are told by a guess.'),
    client: key(client, "The gateway's own application at the issuer, which asks about opaque tokens."),
    introspectionEndpoint: key(
      endpoint,
      'Where opaque tokens are introspected, when not where discovery says.',
    ),
    userinfoEndpoint: key(endpoint, 'Where users are asked for, when not where discovery says.'),
    tokenEndpoint: key(
      endpoint,
      'Where tokens are exchanged, and codes redeemed for ChatGPT, when not where discovery says.',
    ),
    authorizationEndpoint: key(
      endpoint,
      'Where browsers sign in for ChatGPT, when not where discovery says, or at `<logto>/oidc/auth`.',
    ),
    proxy: key(proxy, 'The proxy to the issuer, instead of the one that the environment names.'),
    tls: key(tls, 'For an issuer with https.'),
    claims: key(claims, 'Where this issuer keeps what others keep in `scope` and `client_id`.', {}),
  },
  (value) =>
    'logto' in value || 'url' in value
      ? undefined
      : {
          message: 'say where tokens come from: logto: https://tenant.logto.app, or url: for another issuer',
        },
  (value) =>
    'logto' in value && 'url' in value ? { key: 'url', message: 'write logto or url, not both' } : undefined,
  (value) =>
    'jwksUri' in value && 'jwksFile' in value
      ? { key: 'jwksFile', message: 'write jwksUri or jwksFile, not both' }
      : undefined,
)

/** An authorization server and the form of its access tokens. */
export const issuer = byForm({
  ...issuerMap.forms,
  text: v.never(
    'say which kind it is: { logto: https://tenant.logto.app }, or { url: ... } for any other issuer',
  ),
})

export type FileIssuer = v.InferOutput<typeof issuer>
