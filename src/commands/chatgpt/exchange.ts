import type { IncomingHttpHeaders } from 'node:http'

/** A request as ChatGPT would send it. */
export type Sent = {
  readonly method: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>>
}

/** A request and the answer to it. A redirect is an answer: none is ever followed. */
export type Exchange = {
  readonly sent: Sent
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The beginning of it where it is longer than 4 MiB. */
  readonly text: string
  readonly tookMs: number
}
