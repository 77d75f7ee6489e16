/** What the benchmark uses of http-proxy 1.18.1, which ships no types. */
declare module 'http-proxy' {
  import type { Agent, IncomingMessage, ServerResponse } from 'node:http'

  const httpProxy: {
    createProxyServer(options: { target: string; agent: Agent }): {
      web(request: IncomingMessage, response: ServerResponse): void
      on(
        event: 'error',
        listener: (error: Error, request: IncomingMessage, response: ServerResponse) => void,
      ): void
    }
  }
  export default httpProxy
}
