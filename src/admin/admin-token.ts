import { createHash, timingSafeEqual } from 'node:crypto'
import { isLoopback } from '../http/loopback.ts'

/**
 * Who may revoke: programs on this machine while no token is configured, and only those that send the token
 * where one is.
 */
export type AdminDoor = {
  /** The host in `admin.listen`. */
  readonly listenHost: string
  /** `admin.token`, as it is in force. */
  readonly token: () => string | undefined
}

/** `closed`: nobody may, since no token is configured. `unproven`: the token is missing or another one. */
export type Admittance = 'admitted' | 'closed' | 'unproven'

export function admit(authorization: string | undefined, { listenHost, token }: AdminDoor): Admittance {
  const expected = token()
  if (expected === undefined) return isLoopback(listenHost) ? 'admitted' : 'closed'
  const sent = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  return sent !== undefined && isSame(sent, expected) ? 'admitted' : 'unproven'
}

/** Digests have one length, and comparing them tells nothing of how much was right. */
function isSame(first: string, second: string): boolean {
  return timingSafeEqual(digest(first), digest(second))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
