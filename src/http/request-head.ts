import { foldName, rememberByName } from './field-name.ts'
import { parseHost } from './host.ts'

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
  readonly headers: readonly string[]
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
  /** Several values are joined by a comma, which no allowed origin equals. */
  readonly origin: string | undefined
  readonly accessControlRequestMethod: string | undefined
  /** The client's X-Request-Id when it is 1-64 of `[A-Za-z0-9._-]`. */
  readonly requestId: string | undefined
}

/** What a head is checked against. */
export type HeadLimits = {
  /** Most header fields that are served; more is `headers_too_large`. */
  readonly headerCount: number
  /** True where Node leaves foreign upgrades alone, so that they can be served as ordinary requests. */
  readonly ignoreForeignUpgrade?: boolean
}

/** Reads and checks a request head: version, count, framing, Host, duplicates, method overrides, expectations, upgrades. */
export function readRequestHead(
  method: string,
  httpVersion: string,
  headers: readonly string[],
  limits: HeadLimits,
): RequestHead | HeadFault {
  if (httpVersion === '0.9') return faults.version09
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return faults.version
  if (headers.length > 2 * limits.headerCount) return faults.count
  const fields = gather(headers)
  const hostName = fields.host === undefined ? undefined : parseHost(fields.host)
  if (fields.host === undefined || hostName === undefined) return faults.host
  const fault =
    fields.fault ??
    framingFault(fields, httpVersion) ??
    overrideFault(fields, method) ??
    expectationFault(fields, httpVersion) ??
    upgradeFault(fields, method, httpVersion, limits)
  if (fault !== undefined) return fault
  return {
    headers,
    method,
    host: fields.host,
    hostName,
    authorization: fields.authorization,
    contentLength: fields.contentLength === undefined ? undefined : Number(fields.contentLength),
    chunked: fields.transferEncoding !== undefined,
    expectsContinue: fields.expect !== undefined && httpVersion === '1.1',
    upgrade: fields.namesUpgrade && isWebSocket(fields.upgrade),
    connectionOptions: fields.connectionOptions,
    origin: fields.origin,
    accessControlRequestMethod: fields.accessControlRequestMethod,
    requestId:
      fields.requestId !== undefined && requestId.test(fields.requestId) ? fields.requestId : undefined,
  }
}

type Single =
  | 'host'
  | 'authorization'
  | 'contentLength'
  | 'transferEncoding'
  | 'contentType'
  | 'accessControlRequestMethod'
  | 'expect'
  | 'origin'
  | 'requestId'
  | 'upgrade'
  | 'webSocketKey'
  | 'webSocketVersion'

type Fields = { [name in Single]: string | undefined } & {
  fault: HeadFault | undefined
  /** Values of X-HTTP-Method-Override and its like, in every spelling. */
  overrides: string[] | undefined
  namesUpgrade: boolean
  connectionOptions: string[] | undefined
}

function gather(headers: readonly string[]): Fields {
  const fields: Fields = {
    host: undefined,
    authorization: undefined,
    contentLength: undefined,
    transferEncoding: undefined,
    contentType: undefined,
    accessControlRequestMethod: undefined,
    expect: undefined,
    origin: undefined,
    requestId: undefined,
    upgrade: undefined,
    webSocketKey: undefined,
    webSocketVersion: undefined,
    fault: undefined,
    overrides: undefined,
    namesUpgrade: false,
    connectionOptions: undefined,
  }
  for (let i = 0; i < headers.length; i += 2) {
    const role = roleOf(headers[i] ?? '')
    if (role !== 'other') take(fields, role, headers[i + 1] ?? '')
  }
  return fields
}

type Role = Single | 'connection' | 'override' | 'other'

function take(fields: Fields, role: Exclude<Role, 'other'>, value: string): void {
  if (role === 'connection') takeConnection(fields, value)
  else if (role === 'override') fields.overrides = [...(fields.overrides ?? []), value]
  else if (fields[role] === undefined) fields[role] = value
  else {
    fields.fault ??= duplicates[role]
    // No grammar of a field that may stand only once takes the joined value.
    fields[role] += `, ${value}`
  }
}

/** RFC 9110 section 7.6.1. */
function takeConnection(fields: Fields, value: string): void {
  for (const option of value.toLowerCase().split(',')) {
    const name = option.trim()
    if (name === 'upgrade') fields.namesUpgrade = true
    else if (name !== '' && name !== 'close' && name !== 'keep-alive') {
      fields.connectionOptions = [...(fields.connectionOptions ?? []), name]
    }
  }
}

/** RFC 9112 section 6.3, without its leniencies. */
function framingFault(fields: Fields, httpVersion: string): HeadFault | undefined {
  const { contentLength, transferEncoding } = fields
  if (contentLength !== undefined && !isLength(contentLength)) return faults.contentLength
  if (transferEncoding === undefined) return undefined
  if (contentLength !== undefined) return faults.twoFramings
  if (httpVersion === '1.0') return faults.codingOverHttp10
  return chunked.test(transferEncoding) ? undefined : faults.coding
}

/** Over 2^53-1 the number that is forwarded would not be the one that was sent. */
function isLength(value: string): boolean {
  return /^[0-9]{1,16}$/.test(value) && Number.isSafeInteger(Number(value))
}

function overrideFault(fields: Fields, method: string): HeadFault | undefined {
  const agrees = fields.overrides?.every((value) => value.trim().toUpperCase() === method) ?? true
  return agrees ? undefined : faults.override
}

/** A server ignores the expectations of HTTP/1.0 (RFC 9110 section 10.1.1). */
function expectationFault({ expect }: Fields, httpVersion: string): HeadFault | undefined {
  if (expect === undefined || httpVersion === '1.0' || continues.test(expect)) return undefined
  return faults.expectation
}

function upgradeFault(
  fields: Fields,
  method: string,
  httpVersion: string,
  limits: HeadLimits,
): HeadFault | undefined {
  if (!fields.namesUpgrade || fields.upgrade === undefined) return undefined
  if (!isWebSocket(fields.upgrade)) return limits.ignoreForeignUpgrade ? undefined : faults.foreignUpgrade
  const bodiless =
    fields.transferEncoding === undefined &&
    (fields.contentLength === undefined || +fields.contentLength === 0)
  const shaped = method === 'GET' && httpVersion === '1.1' && bodiless
  return shaped && isHandshake(fields) ? undefined : faults.handshake
}

function isWebSocket(upgrade: string | undefined): boolean {
  return upgrade?.trim().toLowerCase() === 'websocket'
}

/** RFC 6455 section 4.2.1: a key of 16 bytes, and version 13. */
function isHandshake({ webSocketKey = '', webSocketVersion }: Fields): boolean {
  return webSocketVersion === '13' && /^[A-Za-z0-9+/]{21}[AQgw]==$/.test(webSocketKey)
}

const chunked = /^[ \t]*chunked[ \t]*$/i
const continues = /^[ \t]*100-continue[ \t]*$/i
const requestId = /^[A-Za-z0-9._-]{1,64}$/

const roles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['access-control-request-method', 'accessControlRequestMethod'],
  ['authorization', 'authorization'],
  ['connection', 'connection'],
  ['content-length', 'contentLength'],
  ['content-type', 'contentType'],
  ['expect', 'expect'],
  ['host', 'host'],
  ['origin', 'origin'],
  ['sec-websocket-key', 'webSocketKey'],
  ['sec-websocket-version', 'webSocketVersion'],
  ['transfer-encoding', 'transferEncoding'],
  ['upgrade', 'upgrade'],
  ['x-request-id', 'requestId'],
])

const roleOf = rememberByName<Role>(
  (name) => roles.get(name.toLowerCase()) ?? (override.test(foldName(name)) ? 'override' : 'other'),
)

/** Folded. `X_HTTP_Method_Override` reaches a CGI-like upstream under the same name. */
const override = /^-*x-(?:http-method(?:-override)?|method-override)-*$/

const faults = {
  version09: { code: 'malformed_request', detail: 'HTTP/0.9 is not served' },
  version: { code: 'version_not_supported', detail: 'Only HTTP/1.0 and HTTP/1.1 are served' },
  count: { code: 'headers_too_large', detail: 'The request has too many header fields' },
  host: { code: 'malformed_request', detail: 'The request needs exactly one valid Host header' },
  authorization: { code: 'invalid_request', detail: 'The request has several Authorization headers' },
  contentLength: { code: 'malformed_request', detail: 'Content-Length is not one number below 2^53' },
  contentType: { code: 'malformed_request', detail: 'The request has several Content-Type headers' },
  coding: { code: 'malformed_request', detail: 'The only transfer coding that is taken is chunked' },
  codingOverHttp10: { code: 'malformed_request', detail: 'Transfer-Encoding does not exist in HTTP/1.0' },
  twoFramings: {
    code: 'malformed_request',
    detail: 'Content-Length and Transfer-Encoding exclude each other',
  },
  override: { code: 'method_override', detail: 'A header asks for another method than that of the request' },
  expectation: { code: 'expectation_failed', detail: 'The only expectation that is met is 100-continue' },
  foreignUpgrade: { code: 'unsupported_upgrade', detail: 'The only upgrade that is offered is websocket' },
  handshake: { code: 'unsupported_upgrade', detail: 'This is not a complete WebSocket handshake' },
} as const satisfies Record<string, HeadFault>

/** Fields that may stand only once; the others become a joined value that no check accepts. */
const duplicates: Partial<Readonly<Record<Single, HeadFault>>> = {
  host: faults.host,
  authorization: faults.authorization,
  contentLength: faults.contentLength,
  transferEncoding: faults.coding,
  contentType: faults.contentType,
}
