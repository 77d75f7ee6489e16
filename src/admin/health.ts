import type { KeySetStatus } from '../issuer/key-set.ts'
import type { ProcessStatus } from './status.ts'

/** The body of `/readyz`. */
export type Health = {
  readonly ready: boolean
  /** Each thing that still has to happen before the gateway is ready. */
  readonly missing: readonly string[]
  readonly issuers: readonly KeySetStatus[]
  readonly connections: number
  readonly openStreams: ProcessStatus['openStreams']
}

/**
 * Puts all processes together: their counts are added up, and each issuer has its status from the process
 * where it is worst. `alsoMissing` names whatever hinders the gateway in addition to the issuers.
 */
export function healthOf(statuses: readonly ProcessStatus[], alsoMissing: readonly string[]): Health {
  const issuers = issuersOf(statuses)
  const withoutKeys = issuers.flatMap(({ issuer, ready, problem }) =>
    ready ? [] : [`${issuer}: ${problem ?? 'its keys are missing'}`],
  )
  const missing = [...withoutKeys, ...alsoMissing]
  const sum = (count: (status: ProcessStatus) => number) =>
    statuses.reduce((total, status) => total + count(status), 0)
  return {
    ready: missing.length === 0,
    missing,
    issuers,
    connections: sum(({ connections }) => connections),
    openStreams: {
      eventStreams: sum(({ openStreams }) => openStreams.eventStreams),
      webSockets: sum(({ openStreams }) => openStreams.webSockets),
    },
  }
}

function issuersOf(statuses: readonly ProcessStatus[]): KeySetStatus[] {
  const keys = new Set(statuses.flatMap(({ issuers }) => Object.keys(issuers)))
  return [...keys].flatMap((key) => worst(statuses.flatMap(({ issuers }) => issuers[key] ?? [])) ?? [])
}

function worst(statuses: readonly KeySetStatus[]): KeySetStatus | undefined {
  return (
    statuses.find(({ ready }) => !ready) ??
    statuses.find(({ problem }) => problem !== undefined) ??
    statuses[0]
  )
}
