import type { Config } from './config/config.ts'
import type { Logger } from './log/logger.ts'

/** A running gateway: its public listener, its admin listener, and the rules in force. */
export type Server = {
  readonly port: number
  readonly adminPort: number
  /** All or nothing: on an error the old rules stay and the promise rejects. */
  reload(config: Config): Promise<void>
  /** Readiness off, no new connections, requests finish, streams end, close after `timeouts.shutdown`. */
  stop(): Promise<void>
}

/** Listens; resolves when both listeners accept. Rejects when a port is taken. */
export declare function startServer(options: {
  readonly config: Config
  readonly log: Logger
}): Promise<Server>
