import { IncomingMessage } from 'node:http'
import { asksForHttp2, mayLoseBytes } from './ignored-upgrade.ts'

/**
 * A request as Node's server makes it, without two ceremonies for which nobody here has a use:
 *
 * - When a request without a body has been answered, Node plays its empty body to the end, in five turns of its
 *   queue (2 % of a request). Newer ones have the option `optimizeEmptyRequests` for the same. A Node without
 *   `_dump` would only be slower.
 * - Node makes an object of all fields to look for one (6 % of a request with 14 fields). Here everything is read
 *   from `rawHeaders`, where duplicates are seen. (A server with `requireHostHeader` would miss Host there.)
 *
 * It also has a word in what Node takes for an upgrade: only the newest versions of Node ask the server.
 */
export class Incoming extends IncomingMessage {
  skipped = false
  /** The parser saw an upgrade. */
  sawUpgrade = false
  /** As Node sees it at the moment. */
  takenForUpgrade = false

  /** To be asked when the head has come: true when the connection must not be used again. */
  get losesBytes(): boolean {
    return this.sawUpgrade && !Reflect.get(this, 'upgrade') && mayLoseBytes(this.rawHeaders, this.socket)
  }

  /** Called when the response is over and nobody has read the request. */
  _dump(): void {
    if (this.complete && this.readableLength === 0) this.skipped = true
    else dump.call(this)
  }
}

// Not in the types, since it is not documented.
const { _dump: dump = IncomingMessage.prototype.resume } = IncomingMessage.prototype as { _dump?: () => void }

Object.defineProperties(Incoming.prototype, {
  // Asked right after `_dump`, to let go of the request. An accessor, which the types have as a property.
  readableEnded: {
    get(this: Incoming): unknown {
      return this.skipped || Reflect.get(IncomingMessage.prototype, 'readableEnded', this)
    },
  },
  // Set by the parser, then by Node, which gives the socket away when it is true.
  upgrade: {
    get(this: Incoming): boolean {
      return this.takenForUpgrade && (this.method === 'CONNECT' || !asksForHttp2(this.rawHeaders))
    },
    set(this: Incoming, value: unknown) {
      this.takenForUpgrade = value === true
      if (value === true) this.sawUpgrade = true
    },
  },
  headers: {
    get(this: Incoming): { readonly expect?: string } {
      return expectationIn(this.rawHeaders)
    },
  },
})

const none = Object.freeze({})

/** Node tells by it which event to emit: `request`, `checkContinue` or `checkExpectation`. */
function expectationIn(rawHeaders: readonly string[]): { readonly expect?: string } {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (name.length === 6 && name.toLowerCase() === 'expect') return { expect: rawHeaders[i + 1] ?? '' }
  }
  return none
}
