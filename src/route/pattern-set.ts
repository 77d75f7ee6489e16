import type { AffixedSegment, PatternSegment } from './pattern.ts'

/** A pattern as the set of paths that it covers. */
type Segments = readonly PatternSegment[]

/** Two patterns with one key cover the same paths. */
export function setKey(segments: Segments): string {
  return JSON.stringify(segments.map(segmentKey))
}

function segmentKey(segment: PatternSegment): string | readonly string[] {
  switch (segment.kind) {
    case 'literal':
      return segment.text
    case 'affixed':
      return [segment.prefix, segment.suffix]
    case 'rest':
      return ['**']
    default:
      return ['*']
  }
}

/** True when every path of `part` is a path of `whole`. */
export function contains(whole: Segments, part: Segments): boolean {
  for (const [i, segment] of whole.entries()) {
    if (segment.kind === 'rest') return true
    const other = part[i]
    if (other === undefined || !segmentContains(segment, other)) return false
  }
  return whole.length === part.length
}

function segmentContains(whole: PatternSegment, part: PatternSegment): boolean {
  if (part.kind === 'rest') return false
  if (whole.kind === 'literal') return part.kind === 'literal' && part.text === whole.text
  if (whole.kind !== 'affixed') return true
  if (part.kind === 'literal') return covers(whole, part.text)
  return part.kind === 'affixed' && part.prefix.startsWith(whole.prefix) && part.suffix.endsWith(whole.suffix)
}

function covers({ prefix, suffix }: AffixedSegment, text: string): boolean {
  return text.length > prefix.length + suffix.length && text.startsWith(prefix) && text.endsWith(suffix)
}

/** The paths that both cover, as a pattern; undefined when there are none. */
export function intersection(first: Segments, second: Segments): Segments | undefined {
  const common: PatternSegment[] = []
  for (let i = 0; i < Math.max(first.length, second.length); i++) {
    const a = first[i]
    const b = second[i]
    if (a?.kind === 'rest') return [...common, ...second.slice(i)]
    if (b?.kind === 'rest') return [...common, ...first.slice(i)]
    const both = a && b && commonSegment(a, b)
    if (both === undefined) return undefined
    common.push(both)
  }
  return common
}

function commonSegment(a: PatternSegment, b: PatternSegment): PatternSegment | undefined {
  if (segmentContains(a, b)) return b
  if (segmentContains(b, a)) return a
  if (a.kind !== 'affixed' || b.kind !== 'affixed') return undefined
  const prefix = longer(a.prefix, b.prefix)
  const suffix = longer(a.suffix, b.suffix)
  if (!prefix.startsWith(a.prefix) || !prefix.startsWith(b.prefix)) return undefined
  if (!suffix.endsWith(a.suffix) || !suffix.endsWith(b.suffix)) return undefined
  return { kind: 'affixed', name: a.name, prefix, suffix }
}

function longer(a: string, b: string): string {
  return a.length >= b.length ? a : b
}

/**
 * True when a path that both cover goes to `first` rather than to `second`: the first segment that differs in
 * how specific it is decides, as in the trie.
 */
export function isPreferred(first: Segments, second: Segments): boolean {
  for (let i = 0; i < Math.max(first.length, second.length); i++) {
    const order = rank(first[i]) - rank(second[i])
    if (order !== 0) return order > 0
  }
  return false
}

/** The higher, the more specific. The end of a pattern is preferred to a rest of nothing. */
function rank(segment: PatternSegment | undefined): number {
  switch (segment?.kind) {
    case undefined:
    case 'literal':
      return Number.MAX_SAFE_INTEGER
    case 'affixed':
      return 2 + segment.prefix.length + segment.suffix.length + segment.prefix.length / 65_536
    case 'rest':
      return 0
    default:
      return 1
  }
}
