import { type HeadFault, headFaults, tooManyFields } from './head-fault.ts'
import { gatherFields, type HeadFields } from './head-fields.ts'
import { parseHost } from './host.ts'

/** A request head as one pass over its header list found it. Everything that decides is read from here. */
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
  /**
   * Lower-cased names of the fields that the client's Connection keeps for this hop; undefined when there are
   * none.
   */
  readonly connectionOptions: readonly string[] | undefined
  /** Several values are joined by a comma, which no allowed origin equals. */
  readonly origin: string | undefined
  readonly accessControlRequestMethod: string | undefined
  /** The client's X-Request-Id when it is 1-64 of `[A-Za-z0-9._-]`. */
  readonly requestId: string | undefined
}

/**
 * A header list as it stood on the wire: names and values in turn, in order, names as sent, values latin1.
 * The only form in which this gateway reads or writes headers: duplicates stay visible.
 */
export type RawHeaders = readonly string[]

/** Limits and rules that a head is checked against. */
export type HeadLimits = {
  /** Most header fields that are served; more is `headers_too_large`. */
  readonly headerCount: number
  /** True where Node leaves foreign upgrades alone, so that they can be served as ordinary requests. */
  readonly ignoreForeignUpgrade?: boolean
}

/**
 * Reads a request head and checks version, count, Host, duplicates, framing, method override, expectation,
 * upgrade.
 */
export function readRequestHead(
  method: string,
  httpVersion: string,
  headers: RawHeaders,
  limits: HeadLimits,
): RequestHead | HeadFault {
  if (httpVersion === '0.9') return headFaults.version09
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return headFaults.version
  if (headers.length > 2 * limits.headerCount) return tooManyFields(limits.headerCount)
  const fields = gatherFields(headers)
  const hostName = fields.host === undefined ? undefined : parseHost(fields.host)
  if (fields.host === undefined || hostName === undefined) return headFaults.host
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

/** True when a body follows the head; one of declared length 0 is none. */
export function hasBody(head: RequestHead): boolean {
  return head.chunked || (head.contentLength ?? 0) > 0
}

/** RFC 9112 section 6.3, without its leniencies. */
function framingFault(fields: HeadFields, httpVersion: string): HeadFault | undefined {
  const { contentLength, transferEncoding } = fields
  if (contentLength !== undefined && !isLength(contentLength)) return headFaults.contentLength
  if (transferEncoding === undefined) return undefined
  if (contentLength !== undefined) return headFaults.twoFramings
  if (httpVersion === '1.0') return headFaults.codingOverHttp10
  return chunked.test(transferEncoding) ? undefined : headFaults.coding
}

/** Over 2^53-1 the number that is forwarded would not be the one that was sent. */
function isLength(value: string): boolean {
  return /^[0-9]{1,16}$/.test(value) && Number.isSafeInteger(Number(value))
}

function overrideFault(fields: HeadFields, method: string): HeadFault | undefined {
  const agrees = fields.overrides?.every((value) => value.trim().toUpperCase() === method) ?? true
  return agrees ? undefined : headFaults.override
}

/** A server ignores the expectations of HTTP/1.0 (RFC 9110 section 10.1.1). */
function expectationFault({ expect }: HeadFields, httpVersion: string): HeadFault | undefined {
  if (expect === undefined || httpVersion === '1.0' || continues.test(expect)) return undefined
  return headFaults.expectation
}

function upgradeFault(
  fields: HeadFields,
  method: string,
  httpVersion: string,
  limits: HeadLimits,
): HeadFault | undefined {
  if (!fields.namesUpgrade || fields.upgrade === undefined) return undefined
  if (!isWebSocket(fields.upgrade)) return limits.ignoreForeignUpgrade ? undefined : headFaults.foreignUpgrade
  const bodiless =
    fields.transferEncoding === undefined &&
    (fields.contentLength === undefined || +fields.contentLength === 0)
  const shaped = method === 'GET' && httpVersion === '1.1' && bodiless
  return shaped && isHandshake(fields) ? undefined : headFaults.handshake
}

function isWebSocket(upgrade: string | undefined): boolean {
  return upgrade?.trim().toLowerCase() === 'websocket'
}

/** RFC 6455 section 4.2.1: a key of 16 bytes, and version 13. */
function isHandshake({ webSocketKey = '', webSocketVersion }: HeadFields): boolean {
  return webSocketVersion === '13' && /^[A-Za-z0-9+/]{21}[AQgw]==$/.test(webSocketKey)
}

const chunked = /^[ \t]*chunked[ \t]*$/i
const continues = /^[ \t]*100-continue[ \t]*$/i
const requestId = /^[A-Za-z0-9._-]{1,64}$/
