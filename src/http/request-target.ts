/** A reason for which a target is irregular. A route may allow each by name. */
export type Irregularity =
  | 'encoded-slash'
  | 'encoded-delimiters'
  | 'encoded-percent'
  | 'path-parameters'
  | 'empty-segments'
  | 'non-utf8'

/** A request target that has exactly one reading. */
export type RequestTarget = {
  /** Canonical path: what is matched is what is forwarded. Starts with `/`; `*` alone for asterisk-form. */
  readonly path: string
  /** The query as sent, without its `?`; undefined when there is none (`/a?` has the empty query). */
  readonly query: string | undefined
  /** Bit set over `irregularityBit`; 0 for nearly every request. */
  readonly irregularities: number
  /** Only lower-case letters, digits, `-`, `_`, `~` and single slashes: folding cannot change this path. */
  readonly plain: boolean
}

/** Why a target was refused; `detail` is static text. */
export type TargetFault = { readonly code: 'ambiguous_target'; readonly detail: string }

export const irregularityBit: Readonly<Record<Irregularity, number>> = {
  'encoded-slash': 1,
  'encoded-delimiters': 2,
  'encoded-percent': 4,
  'path-parameters': 8,
  'empty-segments': 16,
  'non-utf8': 32,
}

/**
 * Parses the raw request target (the second word of the request line, as `request.url` holds it; RFC 9112
 * section 3.2). `host` is the Host header's value as sent: absolute-form must name the same authority.
 */
export function parseRequestTarget(raw: string, method: string, host: string): RequestTarget | TargetFault {
  if (raw.charCodeAt(0) === slash) return parseOriginForm(raw)
  if (raw === '*' && method === 'OPTIONS') return asterisk
  const absolute = absoluteForm.exec(raw)
  if (absolute === null) return faults.form
  const [, scheme = '', authority = '', rest = ''] = absolute
  if (!sameAuthority(authority, host, scheme)) return faults.authority
  return parseOriginForm(rest.startsWith('/') ? rest : `/${rest}`)
}

const asterisk: RequestTarget = { path: '*', query: undefined, irregularities: 0, plain: true }

const absoluteForm = /^(https?):\/\/([^/?#]+)(.*)$/is

function sameAuthority(authority: string, host: string, scheme: string): boolean {
  const port = scheme.length === 5 ? ':443' : ':80'
  return withoutPort(authority, port) === withoutPort(host, port)
}

function withoutPort(authority: string, port: string): string {
  const lower = authority.toLowerCase()
  return lower.endsWith(port) ? lower.slice(0, -port.length) : lower
}

function parseOriginForm(raw: string): RequestTarget | TargetFault {
  const plainEnd = endOfPlain(raw)
  if (plainEnd === raw.length) return { path: raw, query: undefined, irregularities: 0, plain: true }
  const mark = raw.indexOf('?', plainEnd)
  const query = mark < 0 ? undefined : raw.slice(mark + 1)
  if (query !== undefined && !isQuery(query)) return faults.query
  const sent = mark < 0 ? raw : raw.slice(0, mark)
  if (plainEnd === mark) return { path: sent, query, irregularities: 0, plain: true }
  const path = canonicalise(sent)
  if (typeof path !== 'string') return path
  if (dotSegment.test(path)) return faults.dotSegment
  return { path, query, irregularities: irregularitiesOf(path), plain: endOfPlain(path) === path.length }
}

/** Index of the first character that needs a closer look. */
function endOfPlain(raw: string): number {
  let previous = 0
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charCodeAt(i)
    if (c === slash ? previous === slash : kinds[c] !== kind.plain) return i
    previous = c
  }
  return raw.length
}

function isQuery(query: string): boolean {
  for (let i = 0; i < query.length; i++) {
    const c = query.charCodeAt(i)
    if (c <= 0x20 || c > 0x7e || c === hash) return false
  }
  return true
}

/**
 * Decodes escaped unreserved characters and writes every other escape in upper case (RFC 3986 section 6.2.2).
 */
function canonicalise(sent: string): string | TargetFault {
  let path = ''
  let copied = 0
  for (let i = 0; i < sent.length; i++) {
    const c = sent.charCodeAt(i)
    if (c !== percent) {
      if (isForbidden(c)) return faults.character
      continue
    }
    const byte = escapedByte(sent, i)
    if (byte < 0) return faults.escape
    if (byte < 0x20 || byte === 0x7f) return faults.control
    path += sent.slice(copied, i) + (isUnreserved(byte) ? String.fromCharCode(byte) : escapes[byte])
    i += 2
    copied = i + 1
  }
  return copied === 0 ? sent : path + sent.slice(copied)
}

function isForbidden(c: number): boolean {
  return c <= 0x20 || c > 0x7e || c === backslash || c === hash
}

/**
 * A dot segment of a canonical path. It begins and ends wherever another server may see a segment begin or
 * end: at a slash in either direction, escaped or not; before a path parameter (`..;a`), an escaped `?` or an
 * escaped `#`.
 */
const dotSegment = /(?:\/|%2F|%5C)\.\.?(?:$|[/;]|%(?:2F|5C|3B|3F|23))/

function irregularitiesOf(path: string): number {
  let found = path.includes('//') ? irregularityBit['empty-segments'] : 0
  if (path.includes(';')) found |= irregularityBit['path-parameters']
  let highBytes = false
  for (let i = path.indexOf('%'); i >= 0; i = path.indexOf('%', i + 3)) {
    const byte = escapedByte(path, i)
    found |= escapedIrregularity(path, i, byte)
    highBytes ||= byte > 0x7f
  }
  return highBytes && !isUtf8(path) ? found | irregularityBit['non-utf8'] : found
}

function escapedIrregularity(path: string, index: number, byte: number): number {
  if (kinds[byte] === kind.slash) return irregularityBit['encoded-slash']
  if (kinds[byte] === kind.delimiter) return irregularityBit['encoded-delimiters']
  const escapesAgain = byte === percent && hexValue(path, index + 3) >= 0 && hexValue(path, index + 4) >= 0
  return escapesAgain ? irregularityBit['encoded-percent'] : 0
}

/** Strict: overlong forms and surrogates are not UTF-8. A lone `%` cannot be in a canonical path. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** The byte that `%XX` at this index encodes; negative when it is no escape. */
function escapedByte(text: string, index: number): number {
  const high = hexValue(text, index + 1)
  const low = hexValue(text, index + 2)
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function hexValue(text: string, index: number): number {
  const c = text.charCodeAt(index)
  if (c >= 0x30 && c <= 0x39) return c - 0x30
  const lower = c | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

function isUnreserved(byte: number): boolean {
  return kinds[byte] === kind.plain || byte === dot || (byte >= 0x41 && byte <= 0x5a)
}

const slash = 0x2f
const backslash = 0x5c
const percent = 0x25
const hash = 0x23
const dot = 0x2e

const kind = { other: 0, plain: 1, slash: 2, delimiter: 3 } as const

const kinds: Readonly<Uint8Array> = Uint8Array.from({ length: 128 }, (_, c) => {
  const character = String.fromCharCode(c)
  if (/[a-z0-9_~-]/.test(character)) return kind.plain
  if (/[/\\]/.test(character)) return kind.slash
  return /[;?#]/.test(character) ? kind.delimiter : kind.other
})

const escapes: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
)

const faults = {
  form: fault('The request target must be a path'),
  authority: fault('The request target names another authority than the Host header'),
  query: fault('The query holds a control character, a space, # or a byte that must be escaped'),
  character: fault('The path holds a control character, a space, \\, # or a byte that must be escaped'),
  escape: fault('The path holds a % without two hexadecimal digits behind it'),
  control: fault('The path holds an escaped control character'),
  dotSegment: fault('The path holds a . or .. segment'),
} as const

function fault(detail: string): TargetFault {
  return { code: 'ambiguous_target', detail }
}
