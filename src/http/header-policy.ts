import { foldName, isHopByHop, type RawHeaders } from './headers.ts'
import type { RequestHead } from './request-head.ts'

/** Names that no client may send on, compiled once per configuration. */
export type HeaderPolicy = {
  /**
   * A new list: the client's headers without hop-by-hop fields, what its Connection names, Host, Authorization, framing,
   * Expect, identity headers and their aliases, forwarding and address headers, X-Request-Id and hints that make an
   * upstream serve another request than the one that was authorized.
   */
  endToEnd(head: RequestHead): string[]
}

export type HeaderPolicyOptions = {
  /** Every identity header of every API. */
  readonly identityHeaders: readonly string[]
  readonly strip: readonly string[]
  readonly keep: readonly string[]
}

/** Field names are folded before they are compared: CGI-style servers read `X_User.Id` as `X-User-Id`. */
export function createHeaderPolicy(options: HeaderPolicyOptions): HeaderPolicy {
  const identity = new Set(options.identityHeaders.map(foldName))
  const strip = new Set(options.strip.map(foldName))
  const keep = new Set(options.keep.map(foldName))
  const passes = new Map<string, boolean>()

  function mayPass(name: string): boolean {
    const lower = name.toLowerCase()
    const folded = foldName(name)
    if (identity.has(folded) || isManaged(lower, folded)) return false
    if (keep.has(folded)) return true
    return !strip.has(folded) && !isDisguise(folded) && !isIdentity(folded)
  }

  function remembered(name: string): boolean {
    const known = passes.get(name)
    if (known !== undefined) return known
    const answer = mayPass(name)
    if (passes.size < 1000) passes.set(name, answer)
    return answer
  }

  return {
    endToEnd: ({ headers, connectionOptions }) => filter(headers, remembered, connectionOptions),
  }
}

function filter(
  headers: RawHeaders,
  passes: (name: string) => boolean,
  listed: readonly string[] | undefined,
): string[] {
  const kept: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    if (!passes(name)) continue
    if (listed !== undefined && isListed(name, listed)) continue
    kept.push(name, headers[i + 1] ?? '')
  }
  return kept
}

/** A client may ask to drop its own fields, but not the one that says how the body is to be read. */
function isListed(name: string, listed: readonly string[]): boolean {
  const lower = name.toLowerCase()
  return lower !== 'content-type' && listed.includes(lower)
}

/** Fields that the gateway consumes or writes itself, and whatever only folds to one of them or to framing. */
const managed = new Set([
  'host',
  'authorization',
  'content-length',
  'transfer-encoding',
  'expect',
  'x-request-id',
  'forwarded',
  'proxy',
])
/** Passed on under their own name only: an alias would be a second opinion. */
const literalOnly = new Set(['content-type', 'content-encoding', 'via', 'cookie', 'traceparent'])

function isManaged(lower: string, folded: string): boolean {
  if (managed.has(folded) || isHopByHop(folded) || folded.startsWith('x-forwarded-')) return true
  return literalOnly.has(folded) && lower !== folded
}

/** Hints by which an upstream would serve another host, path, method or client than the gateway saw. */
const disguises = new Set([
  'x-http-method-override',
  'x-method-override',
  'x-http-method',
  'x-host',
  'x-http-host-override',
  'script-name',
  'x-script-name',
  'path-info',
  'x-middleware-subrequest',
  'x-skipper-proxy',
  'x-replaced-path',
  'x-real-ip',
  'client-ip',
  'x-client-ip',
  'true-client-ip',
  'x-cluster-client-ip',
  'cf-connecting-ip',
])
const disguisePrefixes = ['x-original-', 'x-rewrite-', 'x-envoy-original-']

function isDisguise(folded: string): boolean {
  return disguises.has(folded) || disguisePrefixes.some((prefix) => folded.startsWith(prefix))
}

/** Names by which this and other gateways tell an upstream who the user is. */
const identities = new Set(['remote-user', 'x-remote-user'])
const identityPrefixes = [
  'x-user-',
  'x-client-id',
  'x-organization-',
  'x-scopegate-',
  'x-auth-request-',
  'x-authenticated-',
  'x-webauth-',
  'x-pomerium-',
  'x-goog-authenticated-user-',
  'x-ms-client-principal',
  'x-amzn-oidc-',
  'cf-access-',
  'tailscale-user-',
  'x-ssl-',
  'x-client-cert',
]

function isIdentity(folded: string): boolean {
  return identities.has(folded) || identityPrefixes.some((prefix) => folded.startsWith(prefix))
}
