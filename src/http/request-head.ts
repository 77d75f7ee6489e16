import { foldName, type RawHeaders } from './headers.ts'

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
  /** Lower-cased names that the client's Connection lists beside close, keep-alive and upgrade. */
  readonly connectionOptions: readonly string[] | undefined
  readonly origin: string | undefined
  readonly accessControlRequestMethod: string | undefined
  readonly accessControlRequestHeaders: string | undefined
  /** The client's X-Request-Id when it is 1-64 of `[A-Za-z0-9._-]`. */
  readonly requestId: string | undefined
}

export type HeadLimits = {
  readonly headerCount: number
  /** Where Node already keeps foreign upgrades away from the upgrade path: they are ordinary requests. */
  readonly ignoreForeignUpgrade?: boolean
}

/** The fields that decide something, each at most once. */
type Singles = {
  host?: string
  authorization?: string
  'content-length'?: string
  'transfer-encoding'?: string
  'content-type'?: string
  expect?: string
  upgrade?: string
  origin?: string
  'access-control-request-method'?: string
  'access-control-request-headers'?: string
  'x-request-id'?: string
  'sec-websocket-key'?: string
  'sec-websocket-version'?: string
}

type SingleName = keyof Singles

/** What a field name means to this reader; names as sent, so that a repeated name costs one lookup. */
type Role =
  | { readonly kind: 'single'; readonly name: SingleName; readonly fault: HeadFault }
  | { readonly kind: 'connection' }
  | { readonly kind: 'override' }
  | { readonly kind: 'other' }

const faults = {
  count: { code: 'headers_too_large', detail: 'The request has more header fields than limits.headerCount' },
  version: { code: 'version_not_supported', detail: 'Only HTTP/1.0 and HTTP/1.1 are spoken here' },
  http09: { code: 'malformed_request', detail: 'The request line names no HTTP version' },
  noHost: { code: 'malformed_request', detail: 'The request has no Host header' },
  host: { code: 'malformed_request', detail: 'The Host header is not a host name with an optional port' },
  duplicate: { code: 'malformed_request', detail: 'A header that may stand once was sent several times' },
  authorization: { code: 'invalid_request', detail: 'Several Authorization headers were sent' },
  contentLength: { code: 'malformed_request', detail: 'Content-Length is not a number that can be counted' },
  framing: { code: 'malformed_request', detail: 'Content-Length and Transfer-Encoding were sent together' },
  coding: { code: 'malformed_request', detail: 'Transfer-Encoding is not chunked' },
  http10: { code: 'malformed_request', detail: 'Transfer-Encoding was sent over HTTP/1.0' },
  override: {
    code: 'method_override',
    detail: 'A header asks for another method than the one of the request',
  },
  expectation: { code: 'expectation_failed', detail: 'Only Expect: 100-continue is understood' },
  upgrade: {
    code: 'unsupported_upgrade',
    detail: 'Only a WebSocket handshake (GET, HTTP/1.1, version 13, no body) may upgrade',
  },
} as const satisfies Record<string, HeadFault>

/**
 * Reads and checks a request head: framing, Host, duplicates, method overrides, expectations, upgrades, version, count
 * (RFC 9112 sections 3.2, 6.1, 6.3). A value is returned for every fault; nothing throws.
 */
export function readRequestHead(
  method: string,
  httpVersion: string,
  headers: RawHeaders,
  limits: HeadLimits,
): RequestHead | HeadFault {
  if (httpVersion === '0.9') return faults.http09
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return faults.version
  if (headers.length > limits.headerCount * 2) return faults.count
  const singles: Singles = {}
  let connection: string | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const role = roleOf(headers[i] ?? '')
    const value = headers[i + 1] ?? ''
    if (role.kind === 'other') continue
    if (role.kind === 'connection') connection = connection === undefined ? value : `${connection},${value}`
    else if (role.kind === 'override') {
      if (value !== method) return faults.override
    } else {
      if (singles[role.name] !== undefined) return role.fault
      singles[role.name] = value
    }
  }
  return compose(method, httpVersion, headers, singles, connection, limits)
}

function compose(
  method: string,
  httpVersion: string,
  headers: RawHeaders,
  singles: Singles,
  connection: string | undefined,
  limits: HeadLimits,
): RequestHead | HeadFault {
  const { host } = singles
  if (host === undefined) return faults.noHost
  const hostName = hostNameOf(host)
  if (hostName === undefined) return faults.host
  const framing = readFraming(singles, httpVersion)
  if ('code' in framing) return framing
  const expectsContinue = singles.expect !== undefined && singles.expect.toLowerCase() === '100-continue'
  if (singles.expect !== undefined && !expectsContinue) return faults.expectation
  const options = connection === undefined ? noOptions : readConnection(connection)
  const upgrade = readUpgrade(method, httpVersion, singles, options.upgrade, framing, limits)
  if (typeof upgrade !== 'boolean') return upgrade
  return {
    headers,
    method,
    host,
    hostName,
    authorization: singles.authorization,
    contentLength: framing.contentLength,
    chunked: framing.chunked,
    expectsContinue: expectsContinue && httpVersion === '1.1',
    upgrade,
    connectionOptions: options.names,
    origin: singles.origin,
    accessControlRequestMethod: singles['access-control-request-method'],
    accessControlRequestHeaders: singles['access-control-request-headers'],
    requestId: validRequestId(singles['x-request-id']),
  }
}

type Framing = { readonly contentLength: number | undefined; readonly chunked: boolean }

function readFraming(singles: Singles, httpVersion: string): Framing | HeadFault {
  const length = singles['content-length']
  const coding = singles['transfer-encoding']
  if (coding !== undefined) {
    if (length !== undefined) return faults.framing
    if (httpVersion === '1.0') return faults.http10
    if (coding.toLowerCase() !== 'chunked') return faults.coding
    return chunkedFraming
  }
  if (length === undefined) return noFraming
  if (!/^\d{1,16}$/.test(length) || !Number.isSafeInteger(Number(length))) return faults.contentLength
  return { contentLength: Number(length), chunked: false }
}

const noFraming: Framing = { contentLength: undefined, chunked: false }
const chunkedFraming: Framing = { contentLength: undefined, chunked: true }

type ConnectionOptions = { readonly upgrade: boolean; readonly names: readonly string[] | undefined }

const noOptions: ConnectionOptions = { upgrade: false, names: undefined }

function readConnection(value: string): ConnectionOptions {
  const options = value.split(',').map((option) => option.trim().toLowerCase())
  const names = options.filter((name) => name !== '' && !ordinaryOptions.has(name))
  return { upgrade: options.includes('upgrade'), names: names.length === 0 ? undefined : names }
}

const ordinaryOptions = new Set(['close', 'keep-alive', 'upgrade'])

function readUpgrade(
  method: string,
  httpVersion: string,
  singles: Singles,
  named: boolean,
  framing: Framing,
  limits: HeadLimits,
): boolean | HeadFault {
  if (!named || singles.upgrade === undefined) return false
  if (singles.upgrade.trim().toLowerCase() !== 'websocket') {
    return limits.ignoreForeignUpgrade ? false : faults.upgrade
  }
  const bodiless = !framing.chunked && (framing.contentLength ?? 0) === 0
  const handshake =
    singles['sec-websocket-version'] === '13' &&
    /^[A-Za-z0-9+/]{22}==$/.test(singles['sec-websocket-key'] ?? '')
  return method === 'GET' && httpVersion === '1.1' && bodiless && handshake ? true : faults.upgrade
}

const hosts = new Map<string, string>()
const hostGrammar =
  /^(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})+(?::\d{0,5})?$|^\[[0-9A-Fa-f:.]+\](?::\d{0,5})?$/

/** The name to compare, or undefined when the value is no host. Remembered: a gateway sees few different hosts. */
function hostNameOf(host: string): string | undefined {
  const known = hosts.get(host)
  if (known !== undefined) return known
  if (!hostGrammar.test(host)) return undefined
  const name = host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
  if (hosts.size < 1000) hosts.set(host, name)
  return name
}

function validRequestId(value: string | undefined): string | undefined {
  return value !== undefined && /^[A-Za-z0-9._-]{1,64}$/.test(value) ? value : undefined
}

const roles = new Map<string, Role>()
const other: Role = { kind: 'other' }
const overrides = new Set(['x-http-method-override', 'x-method-override', 'x-http-method'])
const singleFaults: Readonly<Record<SingleName, HeadFault>> = {
  host: faults.duplicate,
  authorization: faults.authorization,
  'content-length': faults.duplicate,
  'transfer-encoding': faults.duplicate,
  'content-type': faults.duplicate,
  expect: faults.expectation,
  upgrade: faults.upgrade,
  origin: faults.duplicate,
  'access-control-request-method': faults.duplicate,
  'access-control-request-headers': faults.duplicate,
  'x-request-id': faults.duplicate,
  'sec-websocket-key': faults.upgrade,
  'sec-websocket-version': faults.upgrade,
}

function roleOf(name: string): Role {
  const known = roles.get(name)
  if (known !== undefined) return known
  const role = classify(name)
  if (roles.size < 1000) roles.set(name, role)
  return role
}

function classify(name: string): Role {
  const lower = name.toLowerCase()
  if (lower === 'connection') return { kind: 'connection' }
  // Frameworks read CGI-style names: X_HTTP_Method_Override reaches them as well.
  if (overrides.has(foldName(name))) return { kind: 'override' }
  return Object.hasOwn(singleFaults, lower)
    ? // Object.hasOwn just proved that this is one of the names.
      { kind: 'single', name: lower as SingleName, fault: singleFaults[lower as SingleName] }
    : other
}
