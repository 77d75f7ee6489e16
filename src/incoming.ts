import { IncomingMessage } from 'node:http'

/**
 * A request as Node's server makes it, less a ceremony: when a request without a body has been answered, Node still plays its empty
 * body to the end, in five turns of its queue (4 % of a request). `_dump` is Node's own and in no documentation: a Node without it
 * would only be slower. Newer ones have the option `optimizeEmptyRequests` for the same.
 */
export class Incoming extends IncomingMessage {
  skipped = false

  /** Called when the response is over and nobody has read the request. */
  _dump(): void {
    if (this.complete && this.readableLength === 0) this.skipped = true
    else dump.call(this)
  }
}

// Not in the types, since it is not documented.
const { _dump: dump = IncomingMessage.prototype.resume } = IncomingMessage.prototype as { _dump?: () => void }

// Asked right after `_dump`, to let go of the request. An accessor, which the types have as a property.
Object.defineProperty(Incoming.prototype, 'readableEnded', {
  get(this: Incoming): unknown {
    return this.skipped || Reflect.get(IncomingMessage.prototype, 'readableEnded', this)
  },
})
