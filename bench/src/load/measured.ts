/** Of a load that sends as fast as it is answered. */
export type LoadResult = {
  readonly requests: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** One of the streams of an open load: so many requests a second, whatever comes back. */
export type Stream = {
  readonly name: string
  readonly perSecond: number
  readonly paths: readonly string[]
  readonly tokensFile?: string
}

/** Of one stream. Latencies are of 200 answers alone. */
export type StreamResult = {
  readonly name: string
  readonly sent: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly statuses: Readonly<Record<string, number>>
  /** How long after its time a request was sent at the worst, for lack of CPU here. */
  readonly latestMs: number
}
