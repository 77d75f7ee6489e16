/**
 * A header list as it stood on the wire: name, value, name, value, ... in order, names as sent, values latin1.
 * The only form in which this gateway reads or writes headers: duplicates stay visible.
 */
export type RawHeaders = readonly string[]

/** A request head that cannot be served; `detail` is static text. */
export type HeadFault = {
  readonly code:
    | 'malformed_request'
    | 'invalid_request'
    | 'method_override'
    | 'unsupported_upgrade'
    | 'headers_too_large'
    | 'expectation_failed'
    | 'version_not_supported'
  readonly detail: string
}

/** What one pass over a request's header list found. Everything that decides anything is read from here. */
export type RequestHead = {
  readonly headers: RawHeaders
  readonly method: string
  /** Host as sent, and as compared: lower-cased, without port and one trailing dot. */
  readonly host: string
  readonly hostName: string
  /** The one Authorization value, or undefined. */
  readonly authorization: string | undefined
  readonly contentLength: number | undefined
  readonly chunked: boolean
  readonly expectsContinue: boolean
  /** True when this is a WebSocket handshake: `Upgrade: websocket` named by `Connection`. */
  readonly upgrade: boolean
  /** Lower-cased names that the client's Connection lists, undefined when it lists none but close/keep-alive/upgrade. */
  readonly connectionOptions: readonly string[] | undefined
  readonly origin: string | undefined
  readonly accessControlRequestMethod: string | undefined
  /** The client's X-Request-Id when it is 1-64 of `[A-Za-z0-9._-]`. */
  readonly requestId: string | undefined
}

/**
 * Reads and checks a request head (decisions.md section 2): framing, Host, duplicates, method overrides,
 * expectations, upgrades, version, count. The target's query is checked for `_method` by `findMethodOverride`.
 */
export declare function readRequestHead(
  method: string,
  httpVersion: string,
  headers: RawHeaders,
  limits: { readonly headerCount: number; readonly ignoreForeignUpgrade?: boolean },
): RequestHead | HeadFault

/** True when the query of a POST names another method with `_method` (decisions.md, "Second requests in disguise"). */
export declare function queryOverridesMethod(method: string, query: string): boolean

/** True when the query holds a parameter `access_token`, in any percent-encoded spelling. */
export declare function queryHoldsToken(query: string): boolean

/** Lower-cased, every character outside `[a-z0-9]` as `-`: how header aliases are found. */
export declare function foldName(name: string): string

/** Names that no client may send on, compiled once per configuration. */
export type HeaderPolicy = {
  /**
   * The client's header list without hop-by-hop fields, what its Connection names, Host, Authorization, framing fields
   * except Content-Type (Content-Length and Transfer-Encoding are left to the exchange), Expect, identity headers and
   * aliases, forwarding and address headers, X-Request-Id and everything in decisions.md section 2 that is removed.
   */
  endToEnd(head: RequestHead): string[]
}

export declare function createHeaderPolicy(options: {
  /** Every identity header of every API. */
  readonly identityHeaders: readonly string[]
  readonly strip: readonly string[]
  readonly keep: readonly string[]
}): HeaderPolicy

/** True for hop-by-hop field names (RFC 9110 section 7.6.1), any case. */
export declare function isHopByHop(name: string): boolean
