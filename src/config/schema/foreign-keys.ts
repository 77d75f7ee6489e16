/** Keys that come with features which this version does not have. */
const laterKeys = [...['audit', 'decide', 'mcp', 'rateLimits', 'shared', 'tracing']]

const noClient =
  'the gateway checks access tokens and asks for none, so it is no client itself, except to ask about opaque ' +
  'tokens (issuer: { client: { id, secret } }); clients of an API says whose tokens it admits'
const noSignIn =
  'the gateway signs nobody in and keeps no session: apps do, and send the access token; take it out'
const issuerUrl =
  'write issuer: { logto: https://tenant.logto.app }, or issuer: { url: ... } for any other issuer'
const routes = 'who may do what stands under routes of an API: a path, and the scopes that it needs'
const identity =
  'what the upstream is told about the user is written identity: { headers: { X-User-Id: sub } }'
const authorization =
  'what the upstream gets as Authorization is written authorization: strip, forward or a value'
const upstream = 'where allowed requests go is written upstream, in the API'
const listen = 'where clients connect is written listen: 0.0.0.0:8080'

/** Folded keys of oauth2-proxy and other gateways, and what says the same here. */
const others: Readonly<Record<string, string>> = {
  ...sameFor(noClient, 'clientid', 'clientsecret', 'clientsecretfile', 'clientcredentials', 'oauthclientid'),
  ...sameFor(noSignIn, 'cookie', 'cookies', 'cookiedomain', 'cookieexpire', 'cookiename', 'cookierefresh'),
  ...sameFor(noSignIn, 'cookiesecret', 'cookiesecure', 'session', 'sessionsecret', 'sessionstore'),
  ...sameFor(noSignIn, 'callback', 'callbackurl', 'loginurl', 'logouturl', 'redirecturi', 'redirecturl'),
  ...sameFor(
    noSignIn,
    'provider',
    'providers',
    'skipproviderbutton',
    'approvalprompt',
    'codechallengemethod',
  ),
  ...sameFor(
    issuerUrl,
    'authority',
    'discoveryurl',
    'idp',
    'issuerurl',
    'oidc',
    'oidcissuerurl',
    'wellknown',
  ),
  ...sameFor(routes, 'allowedgroups', 'allowedroles', 'authorize', 'emaildomain', 'emaildomains', 'paths'),
  ...sameFor(routes, 'permission', 'permissions', 'policies', 'policy', 'publicpaths', 'requiredscopes'),
  ...sameFor(routes, 'role', 'roles', 'rules', 'skipauth', 'skipauthregex', 'skipauthroutes', 'whitelist'),
  ...sameFor(identity, 'injectrequestheaders', 'passuserheaders', 'setxauthrequest', 'userheader'),
  ...sameFor(authorization, 'passaccesstoken', 'passauthorizationheader', 'passbasicauth'),
  ...sameFor(authorization, 'setauthorizationheader'),
  ...sameFor(upstream, 'backend', 'backends', 'backendurl', 'destination', 'proxypass', 'proxyto', 'service'),
  ...sameFor(upstream, 'services', 'target', 'targets', 'upstreams', 'upstreamurl'),
  ...sameFor(listen, 'address', 'bind', 'bindaddress', 'httpaddress', 'httpsaddress', 'port'),
  ...sameFor('the aud of the access tokens is written resource, in the API', 'aud', 'audience', 'audiences'),
  ...sameFor('the keys of the issuer are written issuer: { jwksUri: ... }', 'jwks', 'jwksurl', 'oidcjwksurl'),
  ...sameFor('write log: { level: info }', 'debug', 'loglevel', 'logging', 'verbose'),
  ...sameFor('write tls: { cert: FILE, key: FILE }', 'certificate', 'ssl', 'tlscertfile', 'tlskeyfile'),
  ...sameFor(
    'write cors: { origins: [https://app.example.com] } in the API',
    'allowedorigins',
    'alloworigins',
  ),
}

function sameFor(advice: string, ...keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, advice]))
}

/** Says what to do about a key that this file cannot have; undefined when nothing is known of it. */
export function foreignKey(name: string): string | undefined {
  if (laterKeys.includes(name)) return 'this version does not have what this key is for: take it out'
  const folded = name.toLowerCase().replace(/[-_ .]/g, '')
  const advice = Object.hasOwn(others, folded) ? others[folded] : undefined
  return advice && `unknown key: ${advice}`
}
