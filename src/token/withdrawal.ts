import type { CutOff, CutOffKind } from './cut-offs.ts'

/** A demand that tokens count no more; a cut-off, or several, come of it. */
export type Withdrawal = {
  /** The configured issuer; undefined for every one. */
  readonly issuer?: string | undefined
  /** `role`: everybody who has it. */
  readonly kind: CutOffKind | 'role'
  /** The empty text where all are meant. */
  readonly id: string
  /**
   * The time of the issuer at which it happened, in milliseconds since the epoch; undefined where only the
   * gateway's clock tells it.
   */
  readonly instantMs?: number | undefined
}

/** Two clocks, and how far they may differ, in milliseconds. */
export type Clocks = { readonly nowMs: number; readonly toleranceMs: number }

/**
 * The instant of a cut-off, in seconds. Without one that the issuer told, its clock may be ahead of the
 * gateway's. None is ever further ahead than that: it would cut off the tokens of new sign-ins.
 */
export function instantOf({ instantMs }: Withdrawal, { nowMs, toleranceMs }: Clocks): number {
  const latestMs = nowMs + toleranceMs
  return Math.floor(Math.min(instantMs ?? latestMs, latestMs) / 1000)
}

/** A cut-off as files and the admin listener write it, for example `{"issuer": ..., "sub": ...}`. */
export type PrintedCutOff = Readonly<Record<string, string | true>>

export function printCutOff({ issuer, kind, id, instantS }: CutOff): PrintedCutOff {
  const who = kind === 'all' ? { all: true as const } : { [kind]: id }
  return { issuer, ...who, before: new Date(instantS * 1000).toISOString() }
}
