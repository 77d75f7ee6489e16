import type { Socket } from 'node:net'

/**
 * True for an upgrade to HTTP/2 over plain TCP, which is ignored as servers without it do (RFC 9110 section
 * 7.8): Java's client asks for it in every request by default.
 */
export function asksForHttp2(rawHeaders: readonly string[]): boolean {
  let asks = false
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== 'upgrade') continue
    if (!h2c.test(rawHeaders[i + 1] ?? '')) return false
    asks = true
  }
  return asks
}

const h2c = /^[ \t]*h2c(?:-[0-9]+)?[ \t]*$/i

/**
 * True when Node may have lost what came behind a request whose upgrade is ignored: its parser stops where
 * the other protocol would begin, and Node throws away the rest of what it has read. The connection is then
 * closed, so that the client asks again instead of waiting for ever.
 */
export function mayLoseBytes(rawHeaders: readonly string[], socket: Socket): boolean {
  if (rawHeaders.some((name, i) => i % 2 === 0 && framing.test(name))) return true
  const read = bytesBeingParsed(socket)
  if (read === undefined) return true
  // The head ends in these bytes. When it ends with them, and did not begin to end before, nothing is behind
  // it.
  const startsInTheEnd = read[0] === carriageReturn || read[0] === lineFeed
  return startsInTheEnd || read.indexOf(headEnd) !== read.length - headEnd.length
}

const framing = /^(?:content-length|transfer-encoding)$/i
const headEnd = '\r\n\r\n'
const carriageReturn = 0x0d
const lineFeed = 0x0a

/** Node's parser knows them, but has no documented way to say so. */
function bytesBeingParsed(socket: Socket): Buffer | undefined {
  const parser: unknown = Reflect.get(socket, 'parser')
  if (typeof parser !== 'object' || parser === null) return undefined
  const ask: unknown = Reflect.get(parser, 'getCurrentBuffer')
  const bytes: unknown = typeof ask === 'function' ? ask.call(parser) : undefined
  return Buffer.isBuffer(bytes) ? bytes : undefined
}
