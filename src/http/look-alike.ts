/** A difference that an upstream is known to tell apart, so that look-alike folding leaves it. */
export type Distinction = 'case' | 'dots' | 'extension' | 'unicode'

/**
 * The look-alike form of a canonical path: what a legacy upstream may read it as. `allowed` is the bit set of
 * irregularities that the matched route allows: where there is any, what they may hide is resolved too, to
 * whatever depth it is escaped. Undefined (refuse): a dot segment or a segment of nothing but dots and spaces
 * appeared, or the escapes are nested deeper than any server reads. For matching only.
 */
export function foldPath(
  path: string,
  distinguishes: readonly Distinction[],
  allowed: number,
): string | undefined {
  const text = allowed === 0 ? read(path, distinguishes) : resolve(path, distinguishes)
  if (text === undefined) return undefined
  const segments = text.split('/')
  const last = lastFilled(segments)
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] ?? ''
    if (segment === '') continue
    const folded = trim(segment, distinguishes, i === last)
    if (folded === undefined) return undefined
    segments[i] = folded
  }
  return segments.join('/')
}

/**
 * A pattern's literal segment in folded form; `last` also loses its extension. A literal that `foldPath`
 * would refuse comes back untrimmed, which no folded path can equal.
 */
export function foldSegment(segment: string, distinguishes: readonly Distinction[], last: boolean): string {
  const text = read(segment, distinguishes)
  return trim(text, distinguishes, last) ?? text
}

function lastFilled(segments: readonly string[]): number {
  return segments.findLastIndex((segment) => segment !== '')
}

/** Escapes, Unicode and case, once. `%2F` stays an escape: it must not separate segments. */
function read(text: string, distinguishes: readonly Distinction[]): string {
  return normalise(decode(text, true), distinguishes)
}

/**
 * The same until nothing changes, then everything that may be a separator or the end of a path taken as such.
 */
function resolve(path: string, distinguishes: readonly Distinction[]): string | undefined {
  let text = path
  for (let round = 0; round < maxRounds; round++) {
    const next = normalise(decode(text, false), distinguishes)
    if (next === text) return separate(text)
    text = next
  }
  return undefined
}

/** Without an end, `%252525...` would take quadratic time. */
const maxRounds = 8

function separate(text: string): string {
  return text
    .replace(/[?#].*$/s, '')
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '')
    .replace(/\/{2,}/g, '/')
}

function normalise(text: string, distinguishes: readonly Distinction[]): string {
  const composed = ascii.test(text) || distinguishes.includes('unicode') ? text : text.normalize('NFKC')
  return distinguishes.includes('case') ? composed : composed.toLowerCase()
}

const ascii = /^[\0-\x7f]*$/

/** Undefined when a dot segment, or nothing, is left. */
function trim(segment: string, distinguishes: readonly Distinction[], last: boolean): string | undefined {
  const foldsDots = !distinguishes.includes('dots')
  let text = foldsDots ? withoutTail(segment) : segment
  if (last && !distinguishes.includes('extension')) {
    text = withoutExtension(text)
    if (foldsDots) text = withoutTail(text)
  }
  return text === '' || text === '.' || text === '..' ? undefined : text
}

/** A loop, because `/[. ]+$/` takes quadratic time on a long run of dots inside a segment. */
function withoutTail(segment: string): string {
  let end = segment.length
  while (end > 0 && (segment[end - 1] === '.' || segment[end - 1] === ' ')) end--
  return segment.slice(0, end)
}

/** `.env` is a name, not an extension. */
function withoutExtension(segment: string): string {
  let name = 0
  while (segment[name] === '.') name++
  const end = segment.lastIndexOf('.')
  return end > name ? segment.slice(0, end) : segment
}

function decode(text: string, keepSlash: boolean): string {
  if (!text.includes('%')) return text
  const run = keepSlash ? escapesButSlash : escapes
  return text.replace(run, (found) => decodeBytes(Buffer.from(found.replaceAll('%', ''), 'hex')))
}

const escapes = /(?:%[0-9a-f]{2})+/gi
const escapesButSlash = /(?:%(?!2f)[0-9a-f]{2})+/gi

/** UTF-8 as a careless server reads it: overlong forms count, and a byte that fits nowhere is Latin-1. */
function decodeBytes(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i] ?? 0
    const more = bytesBehind(lead)
    const code = more === 0 ? lead : codePoint(bytes, i, more)
    text += String.fromCodePoint(code ?? lead)
    if (code !== undefined) i += more
  }
  return text
}

/** How many bytes a lead byte announces. */
function bytesBehind(lead: number): number {
  if (lead < 0xc0 || lead >= 0xf8) return 0
  if (lead < 0xe0) return 1
  return lead < 0xf0 ? 2 : 3
}

function codePoint(bytes: Uint8Array, index: number, more: number): number | undefined {
  let code = (bytes[index] ?? 0) & (0x3f >> more)
  for (let i = index + 1; i <= index + more; i++) {
    const byte = bytes[i] ?? 0
    if ((byte & 0xc0) !== 0x80) return undefined
    code = code * 64 + (byte & 0x3f)
  }
  return code <= 0x10ffff ? code : undefined
}
