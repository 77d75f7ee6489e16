import type { Change } from './change.ts'

/** What has to change, in an order in which each change finds what it needs; and why nothing can. */
export type Plan = {
  readonly changes: readonly Change[]
  /** With one of these nothing is changed at all. */
  readonly faults: readonly string[]
}

export type PlanOptions = {
  /** Whether what the file does not say is taken away, within what it names. */
  readonly prune: boolean
}
