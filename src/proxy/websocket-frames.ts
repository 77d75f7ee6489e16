import { randomBytes } from 'node:crypto'

/** Follows the frames of one direction only so far that it knows where each ends (RFC 6455 section 5.2). */
export class FrameBoundaries {
  readonly #header: number[] = []
  #payloadLeft = 0

  /** Nothing of a frame is outstanding: another one could be sent here. */
  get isBetween(): boolean {
    return this.#payloadLeft === 0 && this.#header.length === 0
  }

  /** Returns the index behind the last frame that ends in this chunk; 0 when none does. */
  pass(chunk: Buffer): number {
    let end = 0
    for (let at = 0; at < chunk.length; ) {
      if (this.#payloadLeft > 0) {
        const skipped = Math.min(this.#payloadLeft, chunk.length - at)
        this.#payloadLeft -= skipped
        at += skipped
      } else {
        this.#header.push(chunk[at] ?? 0)
        at += 1
        this.#readHeader()
      }
      if (this.isBetween) end = at
    }
    return end
  }

  #readHeader(): void {
    const [, second] = this.#header
    if (second === undefined) return
    const form = second & 0x7f
    const lengthBytes = form === 127 ? 8 : form === 126 ? 2 : 0
    const maskBytes = second & 0x80 ? 4 : 0
    if (this.#header.length < 2 + lengthBytes + maskBytes) return
    const length = this.#header.slice(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0)
    this.#payloadLeft = lengthBytes === 0 ? form : length
    this.#header.length = 0
  }
}

/**
 * Makes a close frame (RFC 6455 section 5.5.1). Clients must send it `masked`. `reason` is ASCII and has at
 * most 123 characters.
 */
export function closeFrame(code: number, reason: string, masked: boolean): Buffer {
  const payload = Buffer.alloc(2 + reason.length)
  payload.writeUInt16BE(code)
  payload.write(reason, 2, 'latin1')
  if (!masked) return Buffer.concat([Buffer.from([0x88, payload.length]), payload])
  const mask = randomBytes(4)
  const hidden = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))
  return Buffer.concat([Buffer.from([0x88, 0x80 | payload.length]), mask, hidden])
}
