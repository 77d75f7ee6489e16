/** What makes a target irregular (decisions.md section 1). A route may allow each by name. */
export type Irregularity =
  | 'encoded-slash'
  | 'encoded-delimiters'
  | 'encoded-percent'
  | 'path-parameters'
  | 'empty-segments'
  | 'non-utf8'

/** A request target that has exactly one reading. */
export type RequestTarget = {
  /** Canonical path: what is matched is what is forwarded. Starts with `/`. */
  readonly path: string
  /** The query as sent, without its `?`; undefined when there is none (`/a?` has the empty query). */
  readonly query: string | undefined
  /** Bit set over `irregularityBit`; 0 for nearly every request. */
  readonly irregularities: number
  /** True when folding cannot change this path: lower-case letters, digits, `-`, `_`, `~` and single slashes only. */
  readonly plain: boolean
}

/** What an upstream is known to tell apart, so that look-alike folding leaves it. */
export type Distinction = 'case' | 'dots' | 'extension' | 'unicode'

/** Why a target was refused; `detail` is static text. */
export type TargetFault = { readonly code: 'ambiguous_target'; readonly detail: string }

export declare const irregularityBit: Readonly<Record<Irregularity, number>>

/**
 * Parses the raw request target (the second word of the request line, as `request.url` holds it).
 * `host` is the Host header's value as sent: absolute-form must name the same authority.
 */
export declare function parseRequestTarget(
  raw: string,
  method: string,
  host: string,
): RequestTarget | TargetFault

/**
 * The look-alike form of a canonical path: what a legacy upstream may read it as. `allowed` is the bit set of
 * irregularities that the matched route allows: those are resolved too. Undefined: a dot segment appeared (refuse).
 */
export declare function foldPath(
  path: string,
  distinguishes: readonly Distinction[],
  allowed: number,
): string | undefined

/** A pattern's literal segment in folded form; `last` also loses its extension. */
export declare function foldSegment(
  segment: string,
  distinguishes: readonly Distinction[],
  last: boolean,
): string
