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
  /** Canonical path: what is matched is what is forwarded. Starts with `/` (or is `*`). */
  readonly path: string
  /** The query as sent, without its `?`; undefined when there is none (`/a?` has the empty query). */
  readonly query: string | undefined
  /** Bit set over `irregularityBit`; 0 for nearly every request. */
  readonly irregularities: number
  /** True when folding cannot change this path: lower-case letters, digits, `-`, `_`, `~` and single slashes only. */
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
 * Parses the raw request target (the second word of the request line, as `request.url` holds it).
 * `host` is the Host header's value as sent: absolute-form must name the same authority (RFC 9112 section 3.2).
 */
export function parseRequestTarget(raw: string, method: string, host: string): RequestTarget | TargetFault {
  if (raw === '*') return method === 'OPTIONS' ? asterisk : faults.form
  const originForm = raw.charCodeAt(0) === slash ? raw : fromAbsoluteForm(raw, host)
  if (typeof originForm !== 'string') return originForm
  const mark = originForm.indexOf('?')
  const rawPath = mark === -1 ? originForm : originForm.slice(0, mark)
  const query = mark === -1 ? undefined : originForm.slice(mark + 1)
  if (query !== undefined && !visible(query)) return faults.query
  return isPlain(rawPath)
    ? { path: rawPath, query, irregularities: 0, plain: true }
    : canonicalise(rawPath, query)
}

const slash = 0x2f
const percent = 0x25
const asterisk: RequestTarget = { path: '*', query: undefined, irregularities: 0, plain: false }

const faults = {
  form: fault('The request target is neither a path nor an absolute URL of this host'),
  authority: fault('The absolute request target names another host than the Host header'),
  query: fault('The query holds a control character, a space, # or a byte over 0x7E'),
  character: fault('The path holds a control character, a space, #, a backslash or a byte over 0x7E'),
  percent: fault('The path holds a % that two hexadecimal digits do not follow'),
  control: fault('The path holds an encoded control character'),
  dots: fault('The path holds a . or .. segment'),
} as const

function fault(detail: string): TargetFault {
  return { code: 'ambiguous_target', detail }
}

/** 1: a letter, digit, `-`, `_` or `~` that no folding changes. 2: other characters that a path may hold as they are. */
const characterClass = new Uint8Array(128)
for (const character of 'abcdefghijklmnopqrstuvwxyz0123456789-_~') characterClass[character.charCodeAt(0)] = 1
for (let code = 0x21; code <= 0x7e; code++) if (characterClass[code] === 0) characterClass[code] = 2
for (const character of '#\\') characterClass[character.charCodeAt(0)] = 0

function isPlain(path: string): boolean {
  let previous = 0
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i)
    if (code === slash ? previous === slash : characterClass[code] !== 1) return false
    previous = code
  }
  return true
}

function visible(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x21 || code > 0x7e || code === 0x23) return false
  }
  return true
}

/** `http://host/path` → `/path`. Never through a URL parser: those repair what must be refused. */
function fromAbsoluteForm(raw: string, host: string): string | TargetFault {
  const scheme = /^https?:\/\//i.exec(raw)
  if (scheme === null) return faults.form
  const rest = raw.slice(scheme[0].length)
  const end = rest.search(/[/?]/)
  const authority = end === -1 ? rest : rest.slice(0, end)
  if (authority === '' || !sameAuthority(authority, host, scheme[0])) return faults.authority
  const path = end === -1 ? '' : rest.slice(end)
  return path.charCodeAt(0) === slash ? path : `/${path}`
}

function sameAuthority(authority: string, host: string, scheme: string): boolean {
  const port = scheme.length === 'https://'.length ? ':443' : ':80'
  const bare = (text: string) => (text.endsWith(port) ? text.slice(0, -port.length) : text).toLowerCase()
  return bare(authority) === bare(host)
}

function canonicalise(rawPath: string, query: string | undefined): RequestTarget | TargetFault {
  let path = ''
  let irregularities = 0
  for (let i = 0; i < rawPath.length; i++) {
    const code = rawPath.charCodeAt(i)
    if (code > 0x7e || characterClass[code] === 0) return faults.character
    if (code !== percent) {
      if (code === 0x3b) irregularities |= irregularityBit['path-parameters']
      if (code === slash && rawPath.charCodeAt(i - 1) === slash)
        irregularities |= irregularityBit['empty-segments']
      path += rawPath[i]
      continue
    }
    const octet = hexPair(rawPath, i + 1)
    if (octet === undefined) return faults.percent
    if (octet < 0x20 || octet === 0x7f) return faults.control
    path += isUnreserved(octet) ? String.fromCharCode(octet) : rawPath.slice(i, i + 3).toUpperCase()
    irregularities |= irregularityOf(octet, rawPath, i)
    i += 2
  }
  if (hasDotSegment(path)) return faults.dots
  if (path.includes('%') && !isUtf8(path)) irregularities |= irregularityBit['non-utf8']
  if (encodedPercent.test(path)) irregularities |= irregularityBit['encoded-percent']
  return { path, query, irregularities, plain: false }
}

const encodedPercent = /%25[0-9A-Fa-f]{2}/

function irregularityOf(octet: number, path: string, at: number): number {
  switch (octet) {
    case 0x2f:
    case 0x5c:
      return irregularityBit['encoded-slash']
    case 0x23:
    case 0x3b:
    case 0x3f:
      return irregularityBit['encoded-delimiters']
    case percent:
      // `%25%34%31` is `%2541` once its unreserved characters are decoded.
      return hexPair(path, at + 3) === undefined ? 0 : irregularityBit['encoded-percent']
    default:
      return 0
  }
}

/** A `.` or `..` segment as any server may see it: separated by `/`, an encoded slash or backslash, or cut by `;`. */
function hasDotSegment(path: string): boolean {
  return dotSegment.test(path)
}

const dotSegment = /(?:^|\/|%2F|%5C)\.{1,2}(?:\/|%2F|%5C|;|%3B|%23|%3F|$)/

function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

function hexPair(text: string, at: number): number | undefined {
  const high = hexDigit(text.charCodeAt(at))
  const low = hexDigit(text.charCodeAt(at + 1))
  return high < 0 || low < 0 ? undefined : high * 16 + low
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** RFC 3986 section 2.3. */
function isUnreserved(octet: number): boolean {
  return octet === 0x2e || characterClass[octet] === 1 || (octet >= 0x41 && octet <= 0x5a)
}
