import { foldPath, stemOf } from '../http/look-alike.ts'
import type { RequestTarget } from '../http/request-target.ts'
import { foldPatterns, isFolded } from './look-alikes.ts'
import type { PatternSegment } from './pattern.ts'

/** Paths without wildcards, each with a value, which are found in every spelling that may be one of them. */
export type LiteralPaths<T> = {
  /** A slash at the end does not count. A path that is no other's look-alike costs one look-up. */
  find(target: Pick<RequestTarget, 'path' | 'plain'>): FoundPath<T> | undefined
}

/** Without `isExact` it is another spelling of the path, as a server reads it that tells nothing apart. */
export type FoundPath<T> = { readonly value: T; readonly isExact: boolean }

/** The keys are canonical paths without a slash at their end. */
export function createLiteralPaths<T>(values: ReadonlyMap<string, T>): LiteralPaths<T> {
  const exact = new Map([...values].map(([path, value]) => [path, { value, isExact: true }]))
  const patterns = [...values].map(([path, value]) => ({
    segments: literalsOf(path),
    value: { value, isExact: false },
  }))
  const folded = foldPatterns(patterns, [])
  const hint = hintOf(values)
  const foldToThemselves = patterns.every(({ segments }) => isFolded(segments, []))
  return {
    find({ path, plain }) {
      const found = exact.get(path.endsWith('/') ? path.slice(0, -1) : path)
      if (found !== undefined || (plain && foldToThemselves)) return found
      // Where nothing is escaped, folding adds no letter.
      if (!path.includes('%') && !hint.test(path)) return undefined
      const other = plain ? path : foldPath(path, [])
      return other === undefined ? undefined : folded.findScript(other, stemOf)
    },
  }
}

/**
 * Matches every spelling without escapes, at a tenth of the cost of folding: whatever a server ignores, the
 * first word of a segment stays.
 */
function hintOf(values: ReadonlyMap<string, unknown>): RegExp {
  const words = [...values.keys()].map((path) => {
    const first = path.split('/').map((segment) => /[A-Za-z0-9_-]+/.exec(segment)?.[0] ?? '')
    return first.reduce((longest, word) => (word.length > longest.length ? word : longest))
  })
  return new RegExp(words.join('|'), 'i')
}

function literalsOf(path: string): PatternSegment[] {
  return path
    .slice(1)
    .split('/')
    .map((text) => ({ kind: 'literal', text }))
}
