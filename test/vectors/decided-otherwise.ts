/** Everything that is decided otherwise than in a vector, with the reason, for all files of vectors here. */
export type Decided = {
  /** Ids of vectors, groups of them (`authelia QueryPolicy`), or what ids start with, then `*`. */
  readonly vectors: readonly string[]
  readonly reason: string
  /**
   * The response instead, in the words of the test that asserts it. Without it the vectors are not run.
   */
  readonly answer?: string
}

export const decidedOtherwise: readonly Decided[] = [
  {
    vectors: ['PATH-102'],
    reason: 'there are no regular-expression rules: patterns match the path segment by segment',
  },
  { vectors: ['FAUTH-*'], reason: 'forward-auth does not exist yet' },
  {
    vectors: ['DOS-002'],
    reason:
      'bodies are streamed, so the upstream has seen the head; timeouts.idle bounds each pause of a body, nothing but limits.bodyBytes the whole of it',
    answer: '408 when timeouts.idle is over, and the upstream request is cut off',
  },
  {
    vectors: [
      'traefik HostRegexp:^[a-zA-Z-]+\\.com$',
      'oathkeeper glob-strings',
      'traefik Header:x-forwarded-proto|https',
      'traefik HeaderRegexp:x-forwarded-proto|^https?$',
      'traefik Query:mobile',
      'traefik QueryRegexp:q|^.*$',
      'agentgateway query',
      'authelia QueryPolicy',
      'envoy jwt_authn-path-and-query',
      'traefik invalid Header*',
    ],
    reason:
      'a route is chosen by host, path and method alone: no regular expressions and globs, no rules on headers, nothing of the query',
  },
  {
    vectors: ['oauth2-proxy client-ip-allowlist'],
    reason: 'no address stands for a token: apis.*.from keeps clients out, and lets none in',
  },
  {
    vectors: ['traefik-2'],
    reason: 'what is no address in X-Forwarded-For is left out, so that the client is the peer itself',
    answer: 'match',
  },
  {
    vectors: ['agentgateway-authority-and-scheme-4'],
    reason: 'no rule asks for the scheme: a listener has one',
  },
  {
    vectors: ['authelia MultipleSubjectsMatching'],
    reason: 'where is one conjunction of claims: "both of these, or both of those" cannot be said',
  },
  {
    vectors: ['authelia-DomainMatching-11'],
    reason: 'what a request needs does not depend on who asks: the rule that is for all subjects stands',
    answer: 'auth-level-2',
  },
  {
    vectors: ['authelia-ResourceSubjectMatching-4', 'authelia-ResourceSubjectMatching-6'],
    reason: 'a claim is compared with a path parameter exactly: John is not john',
    answer: 'deny',
  },
  {
    vectors: ['authelia DefaultBypassConfig'],
    reason: 'what no route names is refused: there is no other default',
    answer: 'deny',
  },
  {
    vectors: ['authelia-MethodMatching-3', 'authelia-MethodMatching-4'],
    reason: 'CONNECT and TRACE are never let through: naming one is an error',
    answer: 'deny',
  },
  {
    vectors: ['oathkeeper-rule-custom-method-0', 'oathkeeper-rule-custom-method-1'],
    reason: 'no request can have a method that Node does not know: naming one is an error',
    answer: 'no-match',
  },
  {
    vectors: ['oathkeeper-rule-regex-digits-plus-2', 'oathkeeper-rule-glob-digits-2'],
    reason: 'a parameter takes the segment whole, digits or not: telling them apart is for the upstream',
    answer: 'match',
  },
  {
    vectors: ['traefik-62', 'envoy-jwt_authn-exact-case-insensitive-4'],
    reason: 'a trailing slash does not count in matching: to many upstreams both are the same',
    answer: 'match',
  },
  {
    vectors: ['envoy-jwt_authn-exact-case-insensitive-1'],
    reason: 'a path is matched as it is written; another case never gains by it (look-alikes)',
    answer: 'no-match',
  },
  {
    vectors: [
      'oathkeeper-scope-hierarchic-3',
      'oathkeeper-scope-hierarchic-8',
      'oathkeeper-scope-hierarchic-17',
      'oathkeeper-scope-hierarchic-19',
      'oathkeeper-scope-hierarchic-21',
    ],
    reason: 'scopes are whole words without a hierarchy (RFC 6749 section 3.3)',
    answer: 'deny',
  },
  {
    vectors: ['oathkeeper-pipeline-outcomes-3'],
    reason: 'a route without a requirement is an error in the file: nothing is served by it',
    answer: 'refused at load',
  },
  {
    vectors: ['oathkeeper-pipeline-outcomes-6'],
    reason: 'RFC 6750 section 3.1: a valid token that is not enough is 403, with its challenge',
    answer: '403',
  },
  {
    vectors: ['oathkeeper-pipeline-outcomes-8'],
    reason:
      'a token whose sub cannot stand in a header is refused; another such claim is left out and logged',
    answer: '401',
  },
  {
    vectors: ['auth0-bearer-token-location-4'],
    reason: 'RFC 6750 section 3.1: malformed credentials are invalid_request',
    answer: '400',
  },
  {
    vectors: ['auth0-bearer-token-location-5', 'auth0-bearer-token-location-6'],
    reason: 'a token in the query ends up in logs: it is never used, and said to be wrong',
    answer: '400',
  },
  {
    vectors: ['auth0-bearer-token-location-7', 'auth0-bearer-token-location-9'],
    reason: 'a body is never read for a token',
    answer: '401',
  },
  {
    vectors: ['traefik invalid Method(`GET`, `POST`)', 'traefik invalid Host(`example.com`, `example.org`)'],
    reason: 'methods and hosts are lists here',
    answer: 'accepted',
  },
  {
    vectors: ['traefik invalid PathRegexp(`/(css`)'],
    reason: 'there are no regular expressions to be wrong: a parenthesis is a character of the path',
    answer: 'accepted',
  },
  {
    vectors: ['J-SER-32', 'J-SER-46'],
    reason: 'RFC 6750 section 2.1: what is no b64token is malformed credentials, not an invalid token',
    answer: '400 invalid_request',
  },
  {
    vectors: ['J-SER-34'],
    reason: 'a bare line feed is no header field any more',
    answer: '400 malformed_request',
  },
  {
    vectors: ['J-SER-69'],
    reason: 'lacks client_id and jti, without which it is no access token (RFC 9068 section 2.2)',
    answer: '401 invalid_token',
  },
  {
    vectors: ['J-SCP-37'],
    reason: 'longer than tokens.maxBytes: its scopes are never read',
    answer: '401 invalid_token',
  },
  {
    vectors: ['O-INT-*', 'O-UI-*', 'O-FB-01', 'C-05', 'C-07', 'C-09', 'C-11'],
    reason: 'opaque tokens are refused with an explanation: introspection and userinfo do not exist yet',
  },
  {
    vectors: ['O-FB-05'],
    reason: 'RFC 6750 section 2.1: what is no b64token is malformed credentials, not an invalid token',
    answer: '400 invalid_request',
  },
  {
    vectors: ['K-17'],
    reason: 'what a key set says about caching is never read: it is fetched every ten minutes',
  },
  { vectors: ['CFG-15'], reason: 'there are no error pages from another origin' },
  { vectors: ['CFG-17'], reason: 'metrics do not exist yet' },
]

/** The entry that names a vector or the group it is in. */
export function findDecided(...names: readonly string[]): Decided | undefined {
  return decidedOtherwise.find(({ vectors }) => vectors.some((vector) => names.some(isNamedBy(vector))))
}

/** Whether an entry of `vectors` means this id or group. */
export function isNamedBy(vector: string): (name: string) => boolean {
  if (!vector.endsWith('*')) return (name) => name === vector
  const start = vector.slice(0, -1)
  return (name) => name.startsWith(start)
}
