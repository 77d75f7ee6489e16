import type { Socket } from 'node:net'
import { lingerOn } from '../http/linger.ts'
import { closeFrame, FrameBoundaries } from './websocket-frames.ts'

export type RelayHearing = {
  /** Bytes came from the client. */
  received(bytes: number): void
  /** Bytes go to the client. */
  sent(bytes: number): void
  /** Bytes came from a side, or were taken by one. */
  progress(): void
  /** One side has ended: only the bytes that are under way to the other one are still to come. */
  closing(): void
}

/**
 * The longest time, in milliseconds, in which a frame of the upstream must end when the gateway closes a
 * WebSocket. Then both connections are closed in the middle of it.
 */
const frameEndMs = 1000

/**
 * Joins the socket of a client and that of an upstream. Everything that one side sent before it ended arrives
 * at the other, however slowly that one reads: nothing is destroyed while something is on its way.
 */
export class WebSocketRelay {
  readonly #client: Socket
  readonly #upstream: Socket
  readonly #hearing: RelayHearing
  readonly #toClient = new FrameBoundaries()
  readonly #toUpstream = new FrameBoundaries()
  /** The code and the reason with which the gateway closes, once a frame of the upstream has ended. */
  #closing: readonly [code: number, reason: string] | undefined
  #sideEnded = false
  #closed = false
  #timer: NodeJS.Timeout | undefined

  constructor(client: Socket, upstream: Socket, hearing: RelayHearing) {
    this.#client = client
    this.#upstream = upstream
    this.#hearing = hearing
  }

  /** Nothing new is let through. */
  get isClosing(): boolean {
    return this.#sideEnded || this.#closed
  }

  /** `early` holds the bytes of the client that have been read already. */
  start(early: Buffer): void {
    if (early.length > 0 && !this.#closed) this.#passToUpstream(early)
    this.#pump(this.#client, this.#upstream, (chunk) => this.#passToUpstream(chunk))
    this.#pump(this.#upstream, this.#client, (chunk) => this.#passToClient(chunk))
  }

  /** Returns false when the upstream must catch up first. */
  #passToUpstream(chunk: Buffer): boolean {
    this.#hearing.received(chunk.length)
    this.#toUpstream.pass(chunk)
    return this.#upstream.write(chunk)
  }

  /** Returns false when the client must catch up first. */
  #passToClient(chunk: Buffer): boolean {
    const end = this.#toClient.pass(chunk)
    const closesHere = this.#closing !== undefined && end > 0
    const passed = closesHere ? chunk.subarray(0, end) : chunk
    this.#hearing.sent(passed.length)
    const takesMore = this.#client.write(passed)
    if (closesHere) this.#sendClose()
    return takesMore
  }

  /** Closes in the gateway's name: sends a close frame to each side that is not in the middle of a frame. */
  close(code: number, reason: string): void {
    if (this.isClosing || this.#closing !== undefined) return
    this.#closing = [code, reason]
    if (this.#toClient.isBetween) return this.#sendClose()
    this.#timer = setTimeout(() => this.destroy(), frameEndMs)
  }

  destroy(): void {
    clearTimeout(this.#timer)
    this.#upstream.destroy()
    this.#client.destroy()
  }

  /** `pass` returns false when `to` must catch up first. */
  #pump(from: Socket, to: Socket, pass: (chunk: Buffer) => boolean): void {
    from.on('data', (chunk: Buffer) => {
      if (this.#closed) return
      this.#hearing.progress()
      if (!pass(chunk)) from.pause()
    })
    to.on('drain', () => {
      this.#hearing.progress()
      if (!this.#closed) from.resume()
    })
    const end = () => this.#sideEnds(to)
    from.once('end', end)
    from.once('close', end)
    // A side that ended before the two were joined does not say so again.
    if (from.readableEnded) end()
    else from.resume()
  }

  #sideEnds(other: Socket): void {
    if (this.#closed) return
    if (!this.#sideEnded) this.#hearing.closing()
    this.#sideEnded = true
    other.end()
    // A side that reads slowly is waited for (`closing` sets the clock). One that has read all gets a while
    // to end.
    if (other.writableFinished) lingerOn(other)
    else other.once('finish', () => lingerOn(other))
  }

  #sendClose(): void {
    const [code, reason] = this.#closing ?? [1001, '']
    this.#closed = true
    clearTimeout(this.#timer)
    this.#client.write(closeFrame(code, reason, false))
    if (this.#toUpstream.isBetween) this.#upstream.write(closeFrame(code, reason, true))
    this.#hearing.closing()
    lingerOn(this.#client)
    lingerOn(this.#upstream)
  }
}
