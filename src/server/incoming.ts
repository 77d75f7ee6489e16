import { IncomingMessage } from 'node:http'

/**
 * A request as Node's server makes it, without two things that are of no use here:
 *
 * - When a request without a body has been answered, Node plays its empty body to the end, in five turns of
 *   its queue (2 % of a request). Newer ones have the option `optimizeEmptyRequests` for the same. A Node
 *   without `_dump` would only be slower.
 * - Node makes an object of all fields to look for one of them (6 % of a request with 14 fields). Here
 *   everything is read from `rawHeaders`, where duplicates are seen. (A server with `requireHostHeader` would
 *   miss Host there.)
 */
export class Incoming extends IncomingMessage {
  skipped = false

  /** Called when the response is over and nobody has read the request. */
  _dump(): void {
    if (this.complete && this.readableLength === 0) this.skipped = true
    else dump.call(this)
  }
}

// The types do not have it, since it is not documented.
const { _dump: dump = IncomingMessage.prototype.resume } = IncomingMessage.prototype as { _dump?: () => void }

Object.defineProperties(Incoming.prototype, {
  // Node asks for it right after `_dump`, to let go of the request. It is an accessor, which the types do not
  // know.
  readableEnded: {
    get(this: Incoming): unknown {
      return this.skipped || Reflect.get(IncomingMessage.prototype, 'readableEnded', this)
    },
  },
  headers: {
    get(this: Incoming): { readonly expect?: string } {
      return expectationIn(this.rawHeaders)
    },
  },
})

const none = Object.freeze({})

/** Finds the field by which Node chooses the event: `request`, `checkContinue` or `checkExpectation`. */
function expectationIn(rawHeaders: readonly string[]): { readonly expect?: string } {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (name.length === 6 && name.toLowerCase() === 'expect') return { expect: rawHeaders[i + 1] ?? '' }
  }
  return none
}
