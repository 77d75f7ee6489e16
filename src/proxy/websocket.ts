import type { Duplex } from 'node:stream'
import type { Exchange } from './http.ts'

/** What an upgrade has beside an exchange's members: the client's socket and what arrived behind the head. */
export type Upgrade = Omit<Exchange, 'response'> & {
  readonly socket: Duplex
  readonly head0: Buffer
  /** Called once, when the tunnel or the refusal is over: time to write the log line. */
  readonly done: () => void
}

/**
 * One upgrade: the handshake over undici, then two sockets joined. 101 needs `Upgrade: websocket` and the right
 * Sec-WebSocket-Accept, else 502; any other answer of the upstream is relayed and the connection closed.
 */
export declare function tunnel(upgrade: Upgrade): void
