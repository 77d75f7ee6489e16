import type { Change } from './change.ts'

/** The changes due, in an order in which each finds what it needs; and why nothing can change. */
export type Plan = {
  readonly changes: readonly Change[]
  /** With one of these nothing is changed at all. */
  readonly faults: readonly string[]
}

export type PlanOptions = {
  /** Whether what the file does not say is taken away, within what it names. */
  readonly prune: boolean
}
