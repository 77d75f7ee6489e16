import type { ServerResponse } from 'node:http'
import { endWithBody } from '../http/send.ts'
import type { ResponseHead } from './response-head.ts'

/** The largest body that leaves in one write with its head: beyond it, a copy costs more than a second write. */
const joinedBytes = 16 * 1024

/** The upstream's response on its way to the client. A head and a small body that came together leave in one write. */
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
   * False when Node refuses the head: statuses such as 099, field values that are none. `catchesUp` is called when a
   * client that was too slow can take more.
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

  /** False when the client must catch up first. */
  write(chunk: Buffer): boolean {
    if (!this.#flushed && this.#held === undefined) {
      this.#held = chunk
      return true
    }
    this.flush()
    return this.#write(chunk)
  }

  /** What came with the head's own bytes is through: it goes out now, and the rest as it comes. */
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

  /** The response is complete. */
  end(): void {
    // By the time that this client has caught up, the upstream's connection may carry another client's response.
    this.#catchesUp = undefined
    const held = this.#held
    if (held === undefined) this.#response.end()
    else if (held.length <= joinedBytes) endWithBody(this.#response, held.toString('latin1'))
    else this.#response.end(held)
  }

  /** The response is not complete, and must not look as if it were: the connection goes. */
  cut(): void {
    this.#catchesUp = undefined
    this.#response.destroy()
  }
}
