import { type Subject, startSubject } from '../machine/subject.ts'

/** How the tokens of a run are signed (RFC 7518 section 3.1). */
export type Algorithm = 'ES384' | 'ES256' | 'RS256'

/** What a peer is given for one start. Everything is on 127.0.0.1 and over plain HTTP/1.1. */
export type Place = {
  /** An empty folder of this start, for configuration, pid files and logs. */
  readonly folder: string
  /** Where the peer listens. */
  readonly port: number
  readonly upstreamPort: number
  /** A JWK set of one key, of `algorithm`. */
  readonly jwksFile: string
  /** The same over HTTP. */
  readonly jwksUrl: string
  /**
   * `iss` of the tokens: an HTTP URL on loopback. With `/.well-known/openid-configuration` it answers with
   * `issuer`, `jwks_uri`, `authorization_endpoint`, `token_endpoint` and, in
   * `id_token_signing_alg_values_supported`, `algorithm`.
   */
  readonly issuer: string
  /** `aud` of the tokens. */
  readonly resource: string
  readonly algorithm: Algorithm
}

/**
 * Something that does what the gateway does, or a part of it. It runs on one core, in one process, worker or
 * thread.
 */
export type Peer = {
  readonly id: string
  /** With its version, once `prepare` has found it. */
  readonly name: string
  /** What it does for each request, in one line; which faults of a token it does not see. */
  readonly does: string
  /** What it can verify. Empty: it looks at no token. */
  readonly algorithms: readonly Algorithm[]
  /** It forwards WebSockets as it is set up here; otherwise it has no part in their scenario. */
  readonly webSockets: boolean
  /**
   * Installs or finds it; quick when it is there. Undefined when it can be used, else one sentence why it
   * cannot.
   */
  prepare(say: (text: string) => void): Promise<string | undefined>
  /** Resolves when it accepts connections. */
  start(place: Place): Promise<Subject>
}

/** A program on the measured core, in the folder of its place. */
export function startPinned(
  { folder, port }: Place,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Subject> {
  return startSubject([file, ...args], port, { cwd: folder, env })
}
