/** The beginning of every interim head, 100 to 199. */
const interimStart = Buffer.from('HTTP/1.1 1')
const endOfHead = Buffer.from('\r\n\r\n')
/** The longest interim head that is waited for, in bytes. The parser gets a longer one, and refuses it. */
const longestHeadBytes = 8192

/**
 * Takes `100 Continue` heads out of what an upstream sends. Nobody asked for them, since `Expect` is never
 * sent, but some servers send one before every response to an upload, and undici gives up the connection
 * then.
 */
export class UnaskedContinue {
  /** Nothing but interim heads has been read since the last request was sent. */
  #awaitingHead = false
  #held: Buffer | undefined

  /** A request goes out: the next bytes that are read begin a head. */
  expectHead(): void {
    this.#awaitingHead = true
    this.#held = undefined
  }

  /** Returns what is left of the bytes that were read, or null when they do not say enough yet. */
  pass(read: Buffer): Buffer | null {
    if (!this.#awaitingHead) return read
    const passed: Buffer[] = []
    let rest = this.#held === undefined ? read : Buffer.concat([this.#held, read])
    this.#held = undefined
    while (rest.length > 0) {
      const head = interimHead(rest)
      if (head === 'none') {
        this.#awaitingHead = false
        passed.push(rest)
        break
      }
      if (head === 'incomplete') {
        this.#held = rest
        break
      }
      if (head.status !== 100) passed.push(rest.subarray(0, head.length))
      rest = rest.subarray(head.length)
    }
    return passed.length > 1 ? Buffer.concat(passed) : (passed[0] ?? null)
  }
}

type InterimHead = { readonly status: number; readonly length: number }

/** Finds the interim head at the beginning of these bytes. 101 is none, since no other head follows it. */
function interimHead(bytes: Buffer): InterimHead | 'incomplete' | 'none' {
  const compared = Math.min(bytes.length, interimStart.length)
  if (bytes.compare(interimStart, 0, compared, 0, compared) !== 0) return 'none'
  const looked = bytes.subarray(0, longestHeadBytes)
  const end = looked.indexOf(endOfHead)
  const text = looked.toString('latin1', 0, end < 0 ? looked.length : end + endOfHead.length)
  // A parser would end this head elsewhere, and bytes of a body would be taken for the head behind it.
  if (brokenLine.test(text)) return 'none'
  if (end < 0) return looked.length < longestHeadBytes ? 'incomplete' : 'none'
  const status = Number(statusLine.exec(text)?.[1])
  return Number.isNaN(status) || status === 101 ? 'none' : { status, length: text.length }
}

/** Matches a line feed or a carriage return without the other one. */
const brokenLine = /(?:^|[^\r])\n|\r(?!\n|$)/
const statusLine = /^HTTP\/1\.1 (1[0-9]{2})[ \r]/
