const statusLine = Buffer.from('HTTP/1.1 100')
const endOfHead = Buffer.from('\r\n\r\n')
/** The longest 100 head that is waited for; a longer one goes to the parser, which refuses it. */
const longestHeadBytes = 8192

/**
 * Takes `100 Continue` heads out of what an upstream sends. Nobody asked for them, since `Expect` is never sent, but some
 * servers send one before every response to an upload, and undici gives up the connection then.
 */
export class UnaskedContinue {
  /** Nothing of a response has been read since the last request was sent. */
  #awaitingHead = false
  #held: Buffer | undefined

  /** A request goes out: what comes next is a head. */
  expectHead(): void {
    this.#awaitingHead = true
    this.#held = undefined
  }

  /** What is left of the bytes that were read; null when nothing can be said of them yet. */
  pass(read: Buffer): Buffer | null {
    if (!this.#awaitingHead) return read
    let bytes = this.#held === undefined ? read : Buffer.concat([this.#held, read])
    this.#held = undefined
    while (startsLike(bytes)) {
      const end = bytes.length < statusLine.length ? -1 : bytes.indexOf(endOfHead)
      if (end < 0) return this.#hold(bytes)
      bytes = bytes.subarray(end + endOfHead.length)
      if (bytes.length === 0) return null
    }
    this.#awaitingHead = false
    return bytes
  }

  #hold(bytes: Buffer): Buffer | null {
    if (bytes.length <= longestHeadBytes) {
      this.#held = bytes
      return null
    }
    this.#awaitingHead = false
    return bytes
  }
}

/** True for the beginning of a 100 head, however short. */
function startsLike(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, statusLine.length)
  return length > 0 && bytes.compare(statusLine, 0, length, 0, length) === 0
}
