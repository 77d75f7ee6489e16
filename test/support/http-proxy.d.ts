/** The part of http-proxy 1.18.1 that is used here; it ships no types. */
declare module 'http-proxy' {
  import type { Agent, IncomingMessage, ServerResponse } from 'node:http'
  import type { Duplex } from 'node:stream'

  const httpProxy: {
    createProxyServer(options: { target: string; agent: Agent }): {
      web(request: IncomingMessage, response: ServerResponse): void
      ws(request: IncomingMessage, socket: Duplex, head: Buffer): void
      on(
        event: 'error',
        listener: (error: Error, request: IncomingMessage, response: ServerResponse | Duplex) => void,
      ): void
    }
  }
  export default httpProxy
}
