import {
  type ClientOptions,
  createClient,
  type UpstreamHandler,
  type UpstreamRequest,
} from './undici-client.ts'

/** One connection to an origin. Carries one request at a time. */
export type Connection = {
  /** To be named in every request that is dispatched. */
  readonly servername: string
  dispatch(request: UpstreamRequest, handler: UpstreamHandler): void
  /**
   * To be called once for each dispatch, when undici has said the last word about it. `reusable` is false when no other
   * request may follow on this connection.
   */
  release(reusable: boolean): void
  close(): Promise<void>
}

export type ConnectionOptions = ClientOptions & {
  readonly url: string
  /** It can take the next request. */
  readonly onFree: (connection: Connection) => void
  /** It takes no more, and is to be forgotten. */
  readonly onGone: (connection: Connection) => void
}

/** Made when it is first used, and again when it was closed. */
export function createConnection(options: ConnectionOptions): Connection {
  const client = createClient(options.url, options)
  const connection: Connection = {
    servername: client.servername,
    dispatch: client.dispatch,
    // A turn later, and not within undici's callback: surplus bytes behind a response are seen before the next request.
    release(reusable) {
      if (reusable) return void setImmediate(options.onFree, connection)
      setImmediate(() => {
        client.destroy()
        options.onGone(connection)
      })
    },
    close: client.close,
  }
  return connection
}
