import type { ExchangeTimeouts } from '../../upstream/upstream.ts'
import type { Timeouts } from '../config.ts'
import type { FileTimeouts } from '../schema/exchange.ts'
import type { File } from '../schema/file.ts'

/** The times of the whole gateway. */
export function composeTimeouts(input: File['timeouts']): Timeouts {
  return {
    connectMs: input.connect,
    headMs: input.head,
    responseMs: input.response,
    idleMs: input.idle,
    streamMs: input.stream,
    shutdownMs: input.shutdown,
  }
}

/** The times of an API or a route: its own where it has any. */
export function inheritTimeouts(
  inherited: ExchangeTimeouts,
  own: FileTimeouts | undefined,
): ExchangeTimeouts {
  return {
    connectMs: own?.connect ?? inherited.connectMs,
    responseMs: own?.response ?? inherited.responseMs,
    idleMs: own?.idle ?? inherited.idleMs,
    streamMs: own?.stream ?? inherited.streamMs,
  }
}
