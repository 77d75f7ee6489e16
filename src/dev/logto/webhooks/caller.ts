import type { IncomingMessage } from 'node:http'

/** The client of the request by which something changed. */
export type Caller = { readonly ip: string; readonly userAgent: string | undefined }

export function callerOf({ socket, headers }: IncomingMessage): Caller {
  return { ip: socket.remoteAddress ?? '', userAgent: headers['user-agent'] }
}
