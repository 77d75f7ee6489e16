/**
 * Everything private of undici that this gateway depends on is in this file. A test fails with a sentence
 * when one of these changes (test/unit/upstream/undici-client.test.ts):
 *
 * 1. Two files of its `lib`, since its index takes 33 ms more to start and 12 MiB more to keep.
 * 2. The names of handler functions before version 8: with the new ones undici parses every head into an
 *    object that nobody reads (4 % of a request, more with more fields).
 * 3. The texts of errors that have no code of their own.
 * 4. It reads a connection by `socket.read()`.
 * 5. A connection has its parser under the symbol `parser`, and that one has llhttp.
 */
import type { Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import type { buildConnector as Connector, Dispatcher } from 'undici'
import connect from 'undici/lib/core/connect.js'
import Client from 'undici/lib/dispatcher/client.js'
import { UnaskedContinue } from './unasked-continue.ts'

export type UpstreamConnector = Connector.connector
/** Every request has all members, in this order: undici reads objects of one shape eight times as fast. */
export type UpstreamRequest = {
  readonly path: string
  readonly method: string
  /** Names and values in turn. */
  readonly headers: string[]
  readonly body: Readable | null
  readonly upgrade: 'websocket' | null
  /** True when the connection is to be closed after the response. */
  readonly reset: boolean
  /** The name that the connection has (`UpstreamClient`). */
  readonly servername: string
}

/**
 * The functions that undici calls for one request, in this order. `onComplete` or `onError` is the last one.
 */
export type UpstreamHandler = {
  /** May throw. Then nothing is written, and the connection is good for the next request. */
  onConnect(abort: (reason?: Error) => void): void
  /** The first byte of a response has come. */
  onResponseStarted?(): void
  /**
   * A head has come, possibly a 1xx one. `raw` has names and values in turn. Returns false when nothing more
   * may come until `resume` is called.
   */
  onHeaders(status: number, raw: readonly Buffer[], resume: () => void): boolean
  /** Returns false when nothing more may come until `resume` is called. */
  onData(chunk: Buffer): boolean
  onComplete(): void
  onError(error: Error): void
  /** A 101 has come. `onError` and `onComplete` do not follow. */
  onUpgrade?(status: number, raw: readonly Buffer[], socket: Duplex): void
}

export type UpstreamClient = {
  /** It never changes: undici would make a new connection for every other Host that clients name. */
  readonly servername: string
  dispatch(request: UpstreamRequest, handler: UpstreamHandler): void
  close(): Promise<void>
  /** Closes the connection at once. It must not be used any more. */
  destroy(): void
}

/** Makes connections to an upstream. `timeoutMs` is the time for TCP and TLS together. */
export function createConnector(options: {
  readonly timeoutMs: number
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
}): UpstreamConnector {
  const { timeoutMs, ...tls } = options
  const connector = connect({ ...tls, timeout: timeoutMs })
  // undici takes the name from the Host of the request, which may be the client's. Here the configuration
  // alone counts.
  return (target, callback) => connector({ ...target, servername: tls.servername ?? '' }, callback)
}

export type ClientOptions = {
  readonly connector: UpstreamConnector
  readonly responseHeaderBytes: number
}

/** Makes a client with one connection, which opens when it is first used, and again after it was closed. */
export function createClient(url: string, { connector, responseHeaderBytes }: ClientOptions): UpstreamClient {
  const continues = new UnaskedContinue()
  const client = new Client(url, {
    connect: (target, callback) =>
      connector(target, (...result) => {
        const [, socket] = result
        if (socket) readThrough(continues, socket)
        callback(...result)
      }),
    // With more than one at a time, a surplus response to one user would reach the next.
    pipelining: 1,
    maxHeaderSize: responseHeaderBytes,
    // The exchange keeps its own clocks: undici's start with the connection, not with the dispatch.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    servername: new URL(url).hostname,
    dispatch(request, handler) {
      continues.expectHead()
      // Its types know neither every member nor every method, nor that heads come as lists of buffers.
      client.dispatch(request as unknown as Dispatcher.DispatchOptions, handler as Dispatcher.DispatchHandler)
    },
    close: () => client.close(),
    destroy: () => void client.destroy().catch(() => {}),
  }
}

function readThrough(continues: UnaskedContinue, socket: Socket): void {
  const read = socket.read
  let isFirst = true
  socket.read = (size?: number) => {
    if (isFirst) allowPaddedChunkSizes(socket)
    isFirst = false
    const bytes: Buffer | null = read.call(socket, size)
    return bytes === null ? null : continues.pass(bytes)
  }
}

/**
 * Allows chunk sizes such as `5  \r\n`, which old and embedded servers send. No other reading of them is
 * possible (RFC 9112 section 7.1, BWS).
 */
function allowPaddedChunkSizes(socket: Socket): void {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'parser')
  const parser: { ptr?: unknown; llhttp?: Llhttp } | undefined = symbol && Reflect.get(socket, symbol)
  parser?.llhttp?.llhttp_set_lenient_spaces_after_chunk_size?.(parser.ptr, 1)
}

type Llhttp = { llhttp_set_lenient_spaces_after_chunk_size?: (parser: unknown, on: 0 | 1) => void }

/** True for an unsolicited 100 or 101. Only its message tells it from a closed connection. */
export function isUnsolicitedInterim(error: Error): boolean {
  return 'code' in error && error.code === 'UND_ERR_SOCKET' && error.message.startsWith('bad ')
}

/** True for an error of the parser. Some come without a code, but with a name. */
export function isParserError(error: Error): boolean {
  return error.name === 'HTTPParserError' || ('code' in error && String(error.code).startsWith('HPE_'))
}
