import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { BodyPace } from './body-pace.ts'

export type RequestBodyOptions = {
  readonly request: IncomingMessage
  /** The longest time without a byte, in milliseconds. */
  readonly idleMs: number
  /** The least pace in bytes a second, on average; 0 for none. */
  readonly rateBytes: number
  /** Called before the first byte is taken, which is the moment to send 100. */
  readonly onWanted: () => void
  /** Hears of the length of every chunk before the chunk is passed on. */
  readonly onBytes: (bytes: number) => void
  /**
   * Hears who let the body stall: a client that sent no byte for `idleMs`, an upstream that took none, or a
   * client that is slower than the least pace.
   */
  readonly onStall: (slow: 'client' | 'upstream' | 'pace') => void
}

/**
 * Makes a stream of the client's body on its way upstream. It is a stream of its own, since undici destroys
 * what it is given when the upstream fails, and the client is still to be answered. Nothing is read before
 * undici asks, nor faster than the upstream takes it.
 */
export function createRequestBody(options: RequestBodyOptions): Readable {
  return new RequestBody(options)
}

class RequestBody extends Readable {
  readonly #options: RequestBodyOptions
  #timer: NodeJS.Timeout | undefined
  #pace: BodyPace | undefined
  #bytes = 0

  constructor(options: RequestBodyOptions) {
    super()
    this.#options = options
    // undici listens only while it sends. Nobody would hear an error after that, and it would end the
    // process.
    this.on('error', () => {})
  }

  override _read(): void {
    if (this.#timer === undefined) this.#begin()
    this.#timer?.refresh()
    this.#options.request.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { request } = this.#options
    clearTimeout(this.#timer)
    this.#pace?.stop()
    request.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose).pause()
    done(error)
  }

  #begin(): void {
    const { request, idleMs, rateBytes, onStall, onWanted } = this.#options
    onWanted()
    this.#timer = setTimeout(() => onStall(request.isPaused() ? 'upstream' : 'client'), idleMs)
    this.#pace = new BodyPace({
      leastBytes: rateBytes,
      received: () => (request.isPaused() ? undefined : this.#bytes),
      onTooSlow: () => onStall('pace'),
    })
    request.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes += chunk.length
    this.#options.onBytes(chunk.length)
    if (this.destroyed) return
    this.#timer?.refresh()
    if (!this.push(chunk)) this.#options.request.pause()
  }

  readonly #onEnd = (): void => {
    clearTimeout(this.#timer)
    this.#pace?.stop()
    this.push(null)
  }

  readonly #onClose = (): void => {
    if (!this.#options.request.complete) this.destroy(new Error('the client broke off'))
  }
}
