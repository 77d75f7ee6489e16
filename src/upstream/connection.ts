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
   * To be called once for each dispatch, when undici has called the last function of its handler. `reusable`
   * is false when no other request may follow on this connection.
   */
  release(reusable: boolean): void
  close(): Promise<void>
}

export type ConnectionOptions = ClientOptions & {
  readonly url: string
  /** Hears of a connection that can take the next request. */
  readonly onFree: (connection: Connection) => void
  /** Hears of a connection that takes no more requests, and is to be forgotten. */
  readonly onGone: (connection: Connection) => void
}

/** Makes a connection, which opens when it is first used, and again after it was closed. */
export function createConnection(options: ConnectionOptions): Connection {
  const client = createClient(options.url, options)
  const connection: Connection = {
    servername: client.servername,
    dispatch: client.dispatch,
    // A turn later undici has seen surplus bytes behind the response, and no request follows on this
    // connection.
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
