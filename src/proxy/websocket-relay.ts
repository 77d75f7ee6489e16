import type { Socket } from 'node:net'
import { lingerOn } from '../http/linger.ts'
import { closeFrame, FrameBoundaries } from './websocket-frames.ts'

export type RelayHearing = {
  /** Bytes from the client, and bytes to it. */
  received(bytes: number): void
  sent(bytes: number): void
  /** Something moved. */
  progress(): void
  /** One side has ended: what is under way to the other one is all that is still to come. */
  closing(): void
}

/** A frame that does not end within this time is cut. */
const frameEndMs = 1000

/**
 * A client's socket and an upstream's, joined. What one side sent before it ended arrives at the other, however slow that
 * one reads: nothing is destroyed while something is on its way.
 */
export class WebSocketRelay {
  readonly #client: Socket
  readonly #upstream: Socket
  readonly #hearing: RelayHearing
  readonly #toClient = new FrameBoundaries()
  readonly #toUpstream = new FrameBoundaries()
  /** What the gateway closes the WebSocket with, once a frame of the upstream has ended. */
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

  start(): void {
    this.#pump(this.#client, this.#upstream, (chunk) => {
      this.#hearing.received(chunk.length)
      this.#toUpstream.pass(chunk)
      return this.#upstream.write(chunk)
    })
    this.#pump(this.#upstream, this.#client, (chunk) => this.#passToClient(chunk))
  }

  /** False: the client must catch up first. */
  #passToClient(chunk: Buffer): boolean {
    const end = this.#toClient.pass(chunk)
    const closesHere = this.#closing !== undefined && end > 0
    const passed = closesHere ? chunk.subarray(0, end) : chunk
    this.#hearing.sent(passed.length)
    const takesMore = this.#client.write(passed)
    if (closesHere) this.#sendClose()
    return takesMore
  }

  /** Ends the WebSocket in the gateway's name: a close frame to both sides, where none is in the middle of one. */
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
    from.resume()
  }

  #sideEnds(other: Socket): void {
    if (this.#closed) return
    if (!this.#sideEnded) this.#hearing.closing()
    this.#sideEnded = true
    other.end()
    // Whoever reads slowly is waited for (`closing` sets the clock); whoever has read all gets a while to end its own side.
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
