export type DemoOptions = {
  /** The demo ends after the story. Otherwise everything stays up until Ctrl-C. */
  readonly once: boolean
  /** Of the gateway. When it is taken, another one is used and named. */
  readonly port: number
  /** Origin of one's own API, to be tried instead of the sample API. */
  readonly upstream?: string | undefined
  /** File with one's own routes. */
  readonly config?: string | undefined
  /** Listens on all addresses, and at fixed ports. */
  readonly container?: boolean
  /** Default: standard output. */
  readonly print?: (line: string) => void
  /** File for the gateway's log when one's own API is tried. Default: standard output. */
  readonly logFile?: string
}
