import type { ServerResponse } from 'node:http'

/** The response to a client that has closed its side, and the state of its exchange. */
export type HalfClosedOptions = {
  readonly response: ServerResponse
  /** The exchange is over: nothing is left to find out. */
  readonly isOver: () => boolean
  /** The response's head has been sent. */
  readonly hasBegun: () => boolean
  /** Bytes of its body so far. */
  readonly sentBytes: () => number
}

/** The time until such a client is first asked for a sign of life, in milliseconds. It doubles each time. */
const firstProbeMs = 300
/** The longest time between two such questions. A client that has left is noticed so much later at most. */
const lastProbeMs = 10_000
/** The longest time, in milliseconds, in which nothing of a response that has begun is sent to it. */
const silenceMs = 5000

/**
 * Finds out whether a client that has closed its side still reads, and destroys its response if it does not.
 * A client that has left looks the same until something is written to it. So `102 Processing` (RFC 2518
 * section 10.1) is sent: a client that reads ignores it, and the system of one that has left answers with a
 * reset.
 */
export function watchHalfClosed(options: HalfClosedOptions): void {
  if (options.hasBegun()) watch(options, options.sentBytes())
  else probe(options, firstProbeMs)
}

/** A response that goes on shows by itself whether it is read. */
function watch(options: HalfClosedOptions, seenBytes: number): void {
  later(silenceMs, () => {
    if (options.isOver()) return
    if (options.sentBytes() === seenBytes) options.response.destroy()
    else watch(options, options.sentBytes())
  })
}

function probe(options: HalfClosedOptions, afterMs: number): void {
  const { response } = options
  // HTTP/1.0 has no interim responses (RFC 9110 section 15.2).
  if (response.req.httpVersion === '1.0') return
  later(afterMs, () => {
    if (options.isOver() || response.destroyed) return
    if (options.hasBegun()) return watch(options, options.sentBytes())
    response.writeProcessing()
    probe(options, Math.min(afterMs * 2, lastProbeMs))
  })
}

function later(ms: number, then: () => void): void {
  setTimeout(then, ms).unref()
}
