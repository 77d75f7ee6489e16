import type { Server as HttpServer } from 'node:http'
import type { Logger } from '../log/logger.ts'

/** The shortest time, in milliseconds, between two log lines about it. */
const sayEveryMs = 60_000

/**
 * Names the mistake of clients that speak https to an http port, or http to an https port: once a minute at
 * most.
 */
export function nameWrongScheme(server: HttpServer, log: Logger): void {
  let saidMs = Number.NEGATIVE_INFINITY
  server.on('clientError', (error: ClientError, socket) => {
    const mistake = mistakeIn(error)
    if (mistake === undefined || performance.now() - saidMs < sayEveryMs) return
    saidMs = performance.now()
    log.warn({ remote: 'remoteAddress' in socket ? socket.remoteAddress : undefined }, mistake)
  })
}

/** An error of a connection. It has a `rawPacket` when the parser failed. */
type ClientError = Error & { readonly code?: string; readonly rawPacket?: Buffer }

function mistakeIn({ code, rawPacket }: ClientError): string | undefined {
  // So begins the TLS record of a handshake, of any version (RFC 8446 section 5.1).
  if (rawPacket?.[0] === 0x16 && rawPacket[1] === 0x03)
    return (
      'a client speaks https to this port, which serves http: ' +
      'it must ask for http://, or tls must be configured'
    )
  if (code === 'ERR_SSL_HTTP_REQUEST')
    return 'a client speaks http to this port, which serves https: it must ask for https://'
  return undefined
}
