import { irregularityBit } from './request-target.ts'

/** What an upstream is known to tell apart, so that look-alike folding leaves it. */
export type Distinction = 'case' | 'dots' | 'extension' | 'unicode'

/**
 * The look-alike form of a canonical path: what a legacy upstream may read it as. `allowed` is the bit set of
 * irregularities that the matched route allows: those are resolved too. Undefined: a dot segment appeared (refuse).
 */
export function foldPath(
  path: string,
  distinguishes: readonly Distinction[],
  allowed: number,
): string | undefined {
  const segments = resolveAllowed(path, allowed).split('/').slice(1)
  const last = lastNonEmpty(segments)
  const folded: string[] = []
  for (const [index, segment] of segments.entries()) {
    const text = foldSegment(segment, distinguishes, index === last)
    if (isDots(text) || (text === '' && segment !== '')) return undefined
    folded.push(text)
  }
  return `/${folded.join('/')}`
}

/** One segment in folded form; the last one also loses its extension. A slash that was encoded stays `%2f`. */
export function foldSegment(segment: string, distinguishes: readonly Distinction[], last: boolean): string {
  let text = decode(segment)
  if (!distinguishes.includes('unicode')) text = text.normalize('NFKC')
  if (!distinguishes.includes('case')) text = text.toLowerCase()
  if (!distinguishes.includes('dots')) text = withoutTrailing(text)
  if (last && !distinguishes.includes('extension')) text = withoutExtension(text)
  if (last && !distinguishes.includes('dots')) text = withoutTrailing(text)
  return text.replaceAll('/', '%2f')
}

function resolveAllowed(path: string, allowed: number): string {
  let text = path
  if (allowed & irregularityBit['encoded-percent']) text = decodePercents(text)
  if (allowed & irregularityBit['encoded-delimiters']) text = text.replace(/%(?:3F|23).*$/i, '')
  if (allowed & irregularityBit['encoded-slash']) text = text.replace(/%2F|%5C/gi, '/')
  if (allowed & (irregularityBit['path-parameters'] | irregularityBit['encoded-delimiters'])) {
    text = text.replace(/(?:;|%3B)[^/]*/gi, '')
  }
  return allowed & irregularityBit['empty-segments'] ? text.replace(/\/{2,}/g, '/') : text
}

/** What a server that decodes again and again ends with; each round makes the text shorter. */
function decodePercents(text: string): string {
  const once = text.replace(/%25(?=[0-9A-Fa-f]{2})/g, '%')
  return once === text ? text : decodePercents(once)
}

/** As UTF-8 where it is, byte by byte where it is not. */
function decode(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  }
}

/** Windows drops dots and spaces at the end of a name. */
function withoutTrailing(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '.' || text[end - 1] === ' ')) end -= 1
  // A name of dots only is a matter for the dot-segment check, not for trimming.
  return end === 0 && isDots(text.trimEnd()) ? text.trimEnd() : text.slice(0, end)
}

function withoutExtension(text: string): string {
  const dot = text.lastIndexOf('.')
  return dot > 0 ? text.slice(0, dot) : text
}

function isDots(text: string): boolean {
  return text !== '' && /^\.+$/.test(text)
}

function lastNonEmpty(segments: readonly string[]): number {
  let last = segments.length - 1
  while (last > 0 && segments[last] === '') last -= 1
  return last
}
