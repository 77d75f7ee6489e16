/** Who the client is and how it reached us, for the log and for X-Forwarded-*. */
export type ClientAddress = {
  /** The first untrusted hop, read from the right; the peer itself when it is not trusted. */
  readonly address: string
  /** `X-Forwarded-For/-Proto/-Host/-Port` as the upstream gets them: name, value, name, value, ... */
  readonly headers: readonly string[]
}

export type ForwardedPolicy = {
  /** `peer` is the socket's remote address; `headers` the client's raw list; `host` its Host value as sent. */
  client(peer: string, headers: readonly string[], host: string): ClientAddress
}

export declare function createForwardedPolicy(options: {
  readonly trustedProxies: readonly string[]
  /** Of the listener. */
  readonly tls: boolean
  readonly port: () => number
}): ForwardedPolicy
