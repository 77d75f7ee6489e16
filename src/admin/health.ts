import type { KeySetStatus } from '../issuer/key-set.ts'
import type { Report } from './status.ts'

/** What `/readyz` answers. */
export type Health = {
  readonly ready: boolean
  /** What there is to do before it is ready. */
  readonly missing: readonly string[]
  readonly issuers: readonly KeySetStatus[]
  readonly connections: number
  readonly openStreams: Report['openStreams']
}

/** The processes together: their counts added up, and of each issuer the status in that process where it is worst. */
export function healthOf(reports: readonly Report[], alsoMissing: readonly string[]): Health {
  const issuers = issuersOf(reports)
  const withoutKeys = issuers.flatMap(({ ready, problem }) =>
    ready ? [] : [problem ?? 'the keys of an issuer'],
  )
  const missing = [...withoutKeys, ...alsoMissing]
  const sum = (count: (report: Report) => number) => reports.reduce((all, report) => all + count(report), 0)
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

function issuersOf(reports: readonly Report[]): KeySetStatus[] {
  const keys = new Set(reports.flatMap(({ issuers }) => Object.keys(issuers)))
  return [...keys].map((key) => worst(reports.flatMap(({ issuers }) => issuers[key] ?? [])))
}

function worst(statuses: readonly KeySetStatus[]): KeySetStatus {
  const found =
    statuses.find(({ ready }) => !ready) ??
    statuses.find(({ problem }) => problem !== undefined) ??
    statuses[0]
  return found ?? { ready: false, keys: 0 }
}
