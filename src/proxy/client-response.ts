import type { ServerResponse } from 'node:http'
import { endWithBody } from '../http/send.ts'
import type { ResponseHead } from './response-head.ts'

/**
 * The largest body, in bytes, that leaves in one write with its head. To copy a larger one costs more than a
 * second write.
 */
const joinedBytes = 16 * 1024

/**
 * The upstream's response on its way to the client. A head and a small body that came together leave in one
 * write.
 */
export class ClientResponse {
  readonly #response: ServerResponse
  #begun = false
  #flushed = false
  /** The first chunk of the body, while it may still be the only one. */
  #held: Buffer | undefined
  #catchesUp: (() => void) | undefined

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** From here on the client cannot be given another response. */
  get begun(): boolean {
    return this.#begun
  }

  /** The client takes less than it is sent. */
  get isSlow(): boolean {
    return this.#response.writableNeedDrain
  }

  /**
   * Returns false when Node refuses the head, such as one with the status 099 or with a field value that is
   * none. `catchesUp` is called when a client that was too slow can take more.
   */
  begin(status: number, head: ResponseHead, catchesUp: () => void): boolean {
    try {
      this.#response.sendDate = !head.hasDate
      this.#response.writeHead(status, head.headers)
    } catch {
      return false
    }
    this.#catchesUp = catchesUp
    this.#begun = true
    return true
  }

  /** Returns false when the client must catch up first. */
  write(chunk: Buffer): boolean {
    if (!this.#flushed && this.#held === undefined) {
      this.#held = chunk
      return true
    }
    this.flush()
    return this.#write(chunk)
  }

  /** Sends the head and whatever came together with it. From now on everything is sent as it comes. */
  flush(): void {
    if (this.#flushed) return
    this.#flushed = true
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) this.#write(held)
    // Not flushHeaders(): that writes the head as UTF-8, and fields are bytes.
    else this.#response.write('', 'latin1')
  }

  #write(chunk: Buffer): boolean {
    if (this.#response.write(chunk)) return true
    this.#response.once('drain', () => this.#catchesUp?.())
    return false
  }

  /** Ends a response that is complete. */
  end(): void {
    // By the time that this client has caught up, the upstream's connection may carry another client's
    // response.
    this.#catchesUp = undefined
    const held = this.#held
    if (held === undefined) this.#response.end()
    else if (held.length <= joinedBytes) endWithBody(this.#response, held.toString('latin1'))
    else this.#response.end(held)
  }

  /**
   * Gives up a response that is not complete. It must not look as if it were, so the connection is closed.
   */
  cut(): void {
    this.#catchesUp = undefined
    this.#response.destroy()
  }
}
