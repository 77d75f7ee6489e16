import type { IncomingMessage } from 'node:http'

/** The most that a body may have, and the time in which all of it must be there, in milliseconds. */
export type BodyLimits = { readonly bytes: number; readonly withinMs: number }

/** Why a body could not be read. With `client left` nobody waits for a response. */
export type BodyFault = 'too large' | 'too slow' | 'client left'

/**
 * Reads a body that is small enough to be kept whole. `onBytes` hears of the length of every chunk. After a
 * fault the rest is left unread.
 */
export function readSmallBody(
  request: IncomingMessage,
  { bytes: most, withinMs }: BodyLimits,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array | BodyFault> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0

    function onData(chunk: Buffer): void {
      onBytes(chunk.length)
      bytes += chunk.length
      if (bytes > most) settle('too large')
      else chunks.push(chunk)
    }
    const onEnd = () => settle(Buffer.concat(chunks))
    const onClose = () => settle('client left')
    const timer = setTimeout(() => settle('too slow'), withinMs)

    function settle(outcome: Uint8Array | BodyFault): void {
      clearTimeout(timer)
      request.off('data', onData).off('end', onEnd).off('close', onClose)
      if (!request.complete) request.pause()
      resolve(outcome)
    }
    if (request.destroyed) return settle('client left')
    request.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}
