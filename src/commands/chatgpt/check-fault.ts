import type { Exchange } from './exchange.ts'

/** Something that ChatGPT would stumble over: what is wrong, what to do, and what was sent and seen. */
export class CheckFault extends Error {
  override readonly name = 'CheckFault'
  readonly mend: string
  readonly exchange: Exchange | undefined

  constructor(message: string, mend: string, exchange?: Exchange) {
    super(message)
    this.mend = mend
    this.exchange = exchange
  }
}
