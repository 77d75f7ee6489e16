import type { IncomingMessage } from 'node:http'

/** The most that a body may have, and the time in which all of it must be there, in milliseconds. */
export type BodyLimits = { readonly bytes: number; readonly withinMs: number }

/** Why a body could not be read. With `client left` nobody waits for a response. */
export type BodyFault = 'too large' | 'too slow' | 'client left'

/**
 * Most bodies that are read at the same time. One more, and the one that takes longest is too slow: whoever
 * sends slowly, over however many connections, takes little memory and keeps no honest sender out.
 */
const mostAtOnce = 256

/** Each gives up the body that it stands for. The oldest is the first. */
const underWay = new Set<() => void>()

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
    let kept = Buffer.alloc(0)
    let bytes = 0

    /** Copies: a chunk may be one byte, and to keep it costs a hundred. */
    function onData(chunk: Buffer): void {
      onBytes(chunk.length)
      const start = bytes
      bytes += chunk.length
      if (bytes > most) return settle('too large')
      if (bytes > kept.length) kept = grown(kept, Math.min(most, Math.max(bytes, 2 * kept.length)))
      chunk.copy(kept, start)
    }
    const onEnd = () => settle(kept.subarray(0, bytes))
    const onClose = () => settle('client left')
    const giveUp = () => settle('too slow')
    const timer = setTimeout(giveUp, withinMs)

    function settle(outcome: Uint8Array | BodyFault): void {
      clearTimeout(timer)
      underWay.delete(giveUp)
      request.off('data', onData).off('end', onEnd).off('close', onClose)
      if (!request.complete) request.pause()
      resolve(outcome)
    }

    if (request.destroyed) return settle('client left')
    underWay.add(giveUp)
    const [oldest] = underWay
    if (underWay.size > mostAtOnce) oldest?.()
    request.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}

function grown(kept: Buffer, length: number): Buffer<ArrayBuffer> {
  const larger = Buffer.alloc(length)
  kept.copy(larger)
  return larger
}
