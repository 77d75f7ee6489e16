/** A difference that an upstream is known to tell apart, so that look-alike folding leaves it. */
export type Distinction = 'case' | 'dots' | 'extension' | 'unicode'

/**
 * The look-alike form of a canonical path: as a legacy upstream may read it. Whatever escapes, Unicode and
 * letter case hide is resolved, to whatever depth it is escaped. Undefined (refuse) when that brings up a dot
 * segment, a segment of nothing but dots and spaces or a control character, or when the escapes are nested
 * deeper than any server reads. For matching only.
 */
export function foldPath(path: string, distinguishes: readonly Distinction[]): string | undefined {
  const text = resolve(path, distinguishes)
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
 * A pattern's literal segment in folded form; `stem`: without its extension. A literal that `foldPath` would
 * refuse comes back untrimmed, which no folded path can equal.
 */
export function foldSegment(segment: string, distinguishes: readonly Distinction[], stem: boolean): string {
  const text = resolve(segment, distinguishes) ?? segment
  return trim(text, distinguishes, stem) ?? text
}

/** A folded segment without its extension; undefined when it has none. `.env` is a name, not an extension. */
export function stemOf(segment: string): string | undefined {
  let name = 0
  while (segment[name] === '.') name++
  const end = segment.lastIndexOf('.')
  return end > name ? segment.slice(0, end) : undefined
}

function lastFilled(segments: readonly string[]): number {
  return segments.findLastIndex((segment) => segment !== '')
}

/**
 * Decodes and normalises until nothing changes, then takes as a separator or as the end whatever may be one.
 */
function resolve(path: string, distinguishes: readonly Distinction[]): string | undefined {
  let text = path
  for (let round = 0; round < maxRounds; round++) {
    const next = normalise(decode(text), distinguishes)
    if (next === text || !next.includes('%')) return control.test(next) ? undefined : separate(next)
    text = next
  }
  return undefined
}

/** Without an end, `%252525...` would take quadratic time. */
const maxRounds = 8

const ascii = /^[\0-\x7f]*$/
const control = /[\0-\x1f\x7f]/

/**
 * None of these characters is in a canonical path, unless the route allows irregular ones. The others are
 * what normalising made of some full-width or compatibility character: `\uff3c` is a backslash to a server
 * that normalises.
 */
function separate(text: string): string {
  if (!structural.test(text)) return text
  return text
    .replace(/[?#].*$/s, '')
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '')
    .replace(/\/{2,}/g, '/')
}

const structural = /[?#;\\]|\/\//

function normalise(text: string, distinguishes: readonly Distinction[]): string {
  const foldsCase = !distinguishes.includes('case')
  if (ascii.test(text) || distinguishes.includes('unicode')) return foldsCase ? text.toLowerCase() : text
  const composed = text.normalize('NFKC').replace(invisible, '').replace(/\s/g, ' ')
  return (foldsCase ? foldCase(composed) : composed).normalize('NFKC')
}

/** Characters that show nothing: a server may drop them, and a reader does not see them. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u0080-\u009f]/gu

/**
 * Full case folding (`ß` is `ss`), by which also the Turkish `ı` and `İ` are `i`: there are servers whose
 * locale says so. JavaScript has no function for it, but what folds alike is alike after these three.
 */
function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('i\u0307', 'i').replaceAll('ς', 'σ')
}

/** Undefined when a dot segment, or nothing, is left. */
function trim(segment: string, distinguishes: readonly Distinction[], stem: boolean): string | undefined {
  const foldsDots = !distinguishes.includes('dots')
  let text = foldsDots ? withoutTail(segment) : segment
  if (stem && !distinguishes.includes('extension')) {
    text = stemOf(text) ?? text
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

function decode(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(escapes, (found) => decodeBytes(Buffer.from(found.replaceAll('%', ''), 'hex')))
}

const escapes = /(?:%[0-9a-f]{2})+/gi

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
