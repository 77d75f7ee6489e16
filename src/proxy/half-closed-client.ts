import type { ServerResponse } from 'node:http'

/** What is asked of a response to a client that has closed its side. */
export type HalfClosedOptions = {
  readonly response: ServerResponse
  /** The exchange is over: nothing is left to find out. */
  readonly isOver: () => boolean
  /** The response's head has been sent. */
  readonly hasBegun: () => boolean
  /** Bytes of its body so far. */
  readonly sentBytes: () => number
}

/** When such a client is asked for a sign of life; each further time after twice as long. */
const firstProbeMs = 300
const lastProbeMs = 10_000
/** How long a response may pause towards it before it is given up. */
const silenceMs = 5000

/**
 * Finds out whether a client that has closed its side still reads. One that has left looks the same until something is
 * written to it: `102 Processing` (RFC 2518 section 10.1) is ignored by a client that reads, and answered with a reset for
 * one that has left. Destroys the response of one that has.
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
