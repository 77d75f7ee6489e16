import { memo } from '../memo.ts'
import { foldName, hopByHopNames } from './field-name.ts'
import type { RequestHead } from './request-head.ts'

/** Names that no client may send on, compiled once per configuration. */
export type HeaderPolicy = {
  /**
   * The client's header list without hop-by-hop fields, the fields that its Connection names, Host,
   * Authorization, Content-Length and Transfer-Encoding (the exchange writes its own), Expect, identity
   * headers, forwarding and address headers, X-Request-Id, whatever could be obeyed as a second request, and
   * every alias of these.
   */
  endToEnd(head: RequestHead): string[]
}

export function createHeaderPolicy(options: {
  /** Every identity header of every API. */
  readonly identityHeaders: readonly string[]
  readonly strip: readonly string[]
  readonly keep: readonly string[]
}): HeaderPolicy {
  const mapped = new Set([...options.identityHeaders.map(foldName), ...managed])
  const stripped = new Set(options.strip.map(foldName))
  const removed = new Set([...removedNames, ...stripped])
  const keep = new Set(options.keep.map((name) => name.toLowerCase()))
  const passes = memo((name) => {
    const literal = name.toLowerCase()
    if (passing.has(literal)) return !mapped.has(literal) && !stripped.has(literal)
    const names = spellings(name)
    if (names.some((folded) => mapped.has(folded) || passing.has(folded))) return false
    if (keep.has(literal)) return true
    return !names.some((folded) => removed.has(folded) || removedStart.test(folded))
  })
  return { endToEnd: (head) => select(head, passes) }
}

/**
 * The folded name, and the one that a server reads which drops dashes at either end (`-X-User-Id`, `Host_`).
 */
function spellings(name: string): readonly string[] {
  const folded = foldName(name)
  const trimmed = folded.replace(/^-+/, '').replace(/(?<!-)-+$/, '')
  return folded === trimmed ? [folded] : [folded, trimmed]
}

function select(head: RequestHead, passes: (name: string) => boolean): string[] {
  const { headers, connectionOptions } = head
  const selected: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    if (!passes(name) || connectionOptions?.includes(name.toLowerCase())) continue
    selected.push(name, headers[i + 1] ?? '')
  }
  return selected
}

/** Folded names that the gateway writes anew or consumes; `identity.keep` cannot keep these. */
const managed: readonly string[] = [
  ...hopByHopNames,
  'authorization',
  'content-length',
  'expect',
  'forwarded',
  'host',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-request-id',
]

/** Names that pass as they are, but under no other spelling. */
const passing: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-type',
  'cookie',
  'origin',
  'traceparent',
  'tracestate',
  'via',
])

/** Folded names by which an upstream is told another target, host or client address, or a user. */
const removedNames: readonly string[] = [
  'path-info',
  'proxy',
  'script-name',
  'x-host',
  'x-http-host-override',
  'x-middleware-subrequest',
  'x-replaced-path',
  'x-script-name',
  'x-skipper-proxy',
  'cf-connecting-ip',
  'client-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-real-ip',
  'remote-user',
  'x-remote-user',
]

/** Starts of such names. */
const removedStart = new RegExp(
  `^(?:${[
    'cf-access-',
    'tailscale-user-',
    'x-amzn-oidc-',
    'x-auth-request-',
    'x-authenticated-',
    'x-client-cert',
    'x-client-id',
    'x-envoy-original-',
    'x-forwarded-',
    'x-goog-authenticated-user-',
    'x-ms-client-principal',
    'x-organization-',
    'x-original-',
    'x-pomerium-',
    'x-rewrite-',
    'x-scopegate-',
    'x-ssl-',
    'x-user-',
    'x-webauth-',
  ].join('|')})`,
)
