import type { Runtime } from '../gateway/runtime.ts'
import type { KeySetStatus } from '../issuer/key-set.ts'

/**
 * One process at one moment: its connections, its open streams and its keys. `/readyz` puts the processes
 * together.
 */
export type ProcessStatus = {
  readonly connections: number
  readonly openStreams: { readonly eventStreams: number; readonly webSockets: number }
  /** By the text of the issuer's options, which is the same in every process. */
  readonly issuers: Readonly<Record<string, KeySetStatus>>
}

export function statusOf(runtime: Runtime, connections: number): ProcessStatus {
  const { eventStreams, webSockets } = runtime.streams
  return {
    connections,
    openStreams: { eventStreams, webSockets },
    issuers: Object.fromEntries(runtime.keySets.entries.map(([key, keySet]) => [key, keySet.status()])),
  }
}
