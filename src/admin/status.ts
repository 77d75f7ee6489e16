import type { Runtime } from '../gateway/runtime.ts'
import type { KeySetStatus } from '../issuer/key-set.ts'

/** What one process counts, for `/readyz`. */
export type Report = {
  readonly connections: number
  readonly openStreams: { readonly eventStreams: number; readonly webSockets: number }
  /** By the text of their options, which every process has alike. */
  readonly issuers: Readonly<Record<string, KeySetStatus>>
}

export function reportOf(runtime: Runtime, connections: number): Report {
  const { eventStreams, webSockets } = runtime.streams
  return {
    connections,
    openStreams: { eventStreams, webSockets },
    issuers: Object.fromEntries(runtime.keySets.entries.map(([key, keySet]) => [key, keySet.status()])),
  }
}
