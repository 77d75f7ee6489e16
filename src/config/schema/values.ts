import { isIP } from 'node:net'
import * as v from 'valibot'
import { parseHost } from '../../http/host.ts'
import { scopeText } from '../../http/scope-token.ts'
import { foreignSpelling } from '../../route/foreign-spelling.ts'
import { parsePattern } from '../../route/pattern.ts'

/** A text that is not empty. */
export const text = v.pipe(
  v.string(({ input }) =>
    typeof input === 'object' ? 'expected a text' : 'expected a text: put it in quotes',
  ),
  v.nonEmpty('an empty text is never a value here: write one, or take the key out'),
)

/** A shorter one can be guessed. The message never shows it. */
export const secret = v.pipe(text, v.minLength(16, 'a secret has at least 16 bytes: use a longer one'))

export const flag = v.boolean('expected true or false')

export function list<const T extends v.GenericSchema>(item: T) {
  return v.array(item, 'expected a list, such as [one, two]')
}

/** A list of at least one: an empty one would mean the opposite (everybody instead of nobody). */
export function filled<const T extends v.GenericSchema>(item: T) {
  return v.pipe(list(item), v.nonEmpty('an empty list is never a value here: name one, or take the key out'))
}

/** One of these words. */
export function word<const T extends readonly string[]>(words: T) {
  const last = words.at(-1) ?? ''
  const all = words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${last}` : last
  return v.picklist(words, `expected ${all}`)
}

/** A text of this form; a value of another type gets the same message. */
export function formed(form: RegExp, message: string) {
  return v.pipe(v.string(message), v.regex(form, message))
}

function checked(isRight: (value: string) => boolean, message: string) {
  return v.pipe(v.string(message), v.check(isRight, message))
}

/** A text that has no fault. The message never shows the text: it may hold an expanded value. */
export function faultless(fault: (value: string) => string | undefined, expected: string) {
  return v.pipe(
    v.string(expected),
    v.check(
      (value) => fault(value) === undefined,
      ({ input }) => fault(input) ?? '',
    ),
  )
}

export const expectedBaseUrl = 'expected a URL such as https://example.com, without user, query and fragment'
const baseForm = /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s/?#@\\]+(?:\/[^\s?#\\]*)?$/

/** For editors, without the start of the text. */
export const baseUrlPattern = '[Hh][Tt][Tt][Pp][Ss]?://[!-"$-.0->A-[\\]-~]+(?:/[!-"$->@-[\\]-~]*)?$'

/**
 * An issuer, or this gateway. It is compared as text: no part is admitted that has two spellings in a URL.
 */
export const baseUrl = v.pipe(
  faultless(baseUrlFault, expectedBaseUrl),
  v.metadata({ pattern: `^${baseUrlPattern}` }),
  v.transform(withSchemeInSmallLetters),
)

export function baseUrlFault(value: string): string | undefined {
  if (!baseForm.test(value)) return lacksScheme(value) ? schemeMissing('https://') : expectedBaseUrl
  // It goes into header fields, and other servers write it in ASCII.
  if (!/^[\x21-\x7e]+$/.test(value))
    return 'a URL holds ASCII alone: write international names in their xn-- form, other letters as %C3%BC'
  return URL.canParse(value) ? undefined : 'this URL cannot be read: correct it'
}

/** As the `iss` of access tokens has it. The host stays as it is written. */
export function withSchemeInSmallLetters(url: string): string {
  return url.replace(/^[^:]+/, (scheme) => scheme.toLowerCase())
}

const expectedEndpoint = 'expected a URL such as https://example.com/jwks'

/** A URL that is fetched. It may hold a user, a password and a key: none of them is ever logged. */
export const endpoint = v.pipe(
  faultless(endpointFault, expectedEndpoint),
  v.metadata({ pattern: /^[Hh][Tt][Tt][Pp][Ss]?:\/\/\S+$/.source }),
)

function endpointFault(value: string): string | undefined {
  if (lacksScheme(value)) return schemeMissing('https://')
  return /^https?:\/\/\S+$/i.test(value) && URL.canParse(value) ? undefined : expectedEndpoint
}

/** It is compared as text, so it stands as it is written (RFC 9700 section 4.1.3). */
export const redirectUri = v.pipe(
  v.string('expected a URI'),
  v.check(
    (value) => URL.canParse(value) && !/[\s#]/.test(value),
    'expected an absolute URI without fragment',
  ),
)

/** Scopes as people write them, at least one, as a list. */
export const scopeWords = v.pipe(
  v.string('expected scopes, separated by spaces'),
  v.check((value) => value.trim() !== '', 'an empty text names no scope: write one, or take the key out'),
  v.regex(
    scopeText,
    'a scope holds printable ASCII without quotes and backslashes, and they are separated by spaces',
  ),
  v.transform((value) => value.split(' ').filter((scope) => scope !== '')),
)

/** A proxy for requests of the gateway's own, with its credentials if it wants some. */
export const proxy = checked(
  (value) => /^https?:\/\/[^\s/?#\\]+\/?$/i.test(value) && URL.canParse(value),
  'expected an http or https proxy such as http://proxy:3128, without path and query',
)

const expectedOrigin = 'expected an origin such as http://legacy-api:3000, without user, path and query'
const originForm = /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s/?#@\\]+\/?$/

/** `http://legacy-api:3000`, as a URL writes it: lower case, without the default port. */
export const origin = v.pipe(
  faultless(
    (value) => (isOrigin(value) ? undefined : lacksScheme(value) ? schemeMissing('http://') : expectedOrigin),
    expectedOrigin,
  ),
  v.metadata({ pattern: originForm.source }),
  v.transform((value) => new URL(value).origin),
)

/** `127.0.0.1:3100`, `//example.com/path`: a host, and nothing wrong besides. */
function lacksScheme(value: string): boolean {
  return /^(?:\/\/)?(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:.]+\])(?::\d+)?(?:\/\S*)?$/i.test(value)
}

function schemeMissing(scheme: string): string {
  return `the scheme is missing: write ${scheme} in front of it`
}

/** `host:port`; an IPv6 address stands in brackets. */
export const address = v.pipe(
  formed(/^(?:[^:[\]\s]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$/, 'expected host:port, such as 0.0.0.0:8080'),
  v.check((value) => Number(/\d+$/.exec(value)) <= 65535, 'a port is at most 65535'),
  v.transform((value) => {
    const colon = value.lastIndexOf(':')
    return { host: value.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(value.slice(colon + 1)) }
  }),
)

/** A host as requests name it, lower-cased, or `*.name` for any subdomain. */
export const host = v.pipe(
  checked(
    isHost,
    'expected a host such as api.example.com or "*.example.com", without scheme, port and path; ' +
      'write international names in their xn-- form',
  ),
  v.transform((value) => value.toLowerCase().replace(/\.$/, '')),
)

/** `10.0.0.0/8`; a single address gets its full prefix length. */
export const network = v.pipe(
  checked(isNetwork, 'expected an address or a CIDR such as 10.0.0.0/8'),
  v.transform((value) => (value.includes('/') ? value : `${value}/${isIP(value) === 6 ? 128 : 32}`)),
)

/** The name of a header field (RFC 9110 section 5.1). */
export const fieldName = formed(
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/,
  'not a header name: use letters, digits and -',
)

/** As browsers send it (RFC 6454 section 6.2), or `*`. */
export const corsOrigin = checked(
  (value) => value === '*' || (isOrigin(value) && new URL(value).origin === value),
  'expected an origin as browsers send it, such as https://app.example.com, ' +
    'in lower case and without a slash at its end, or "*"',
)

export const methodName = formed(/^[A-Z][A-Z-]*$/, 'expected a method in capitals, such as GET')

/** An API's path as it is written, and as requests have it. */
export const prefix = v.pipe(
  faultless(prefixFault, 'expected a path such as /v1'),
  v.metadata({ pattern: /^\//.source }),
  v.transform((written) => ({
    written: written === '/' ? '' : written,
    canonical: canonicalPrefix(written),
  })),
)

/** A path without wildcards, as requests have it, for a URL that the gateway answers itself. */
export const literalPath = v.pipe(
  faultless(
    (written) =>
      prefixFault(written) ??
      (canonicalPrefix(written) === '' ? 'this is the root: name a path below it' : undefined),
    'expected a path such as /.scopegate/logto',
  ),
  v.metadata({ pattern: /^\/./.source }),
  v.transform(canonicalPrefix),
)

function prefixFault(written: string): string | undefined {
  if (!written.startsWith('/')) return 'a path starts with /'
  if (/[*{}]/.test(written) || foreignSpelling(written) !== undefined)
    return 'the path of an API has no wildcards: they belong under routes'
  const pattern = parsePattern(written)
  return typeof pattern === 'string' ? pattern : undefined
}

function canonicalPrefix(written: string): string {
  const pattern = parsePattern(written)
  const segments = typeof pattern === 'string' ? [] : pattern.segments
  return segments.map((segment) => (segment.kind === 'literal' ? `/${segment.text}` : '')).join('')
}

function isOrigin(value: string): boolean {
  return originForm.test(value) && URL.canParse(value)
}

function isHost(value: string): boolean {
  const name = value.startsWith('*.') ? value.slice(2) : value
  return parseHost(name) !== undefined && !/:\d+$/.test(name.replace(/^\[.*\]/, ''))
}

export function isNetwork(value: string): boolean {
  const [ip = '', length, ...more] = value.split('/')
  const bits = isIP(ip) === 6 ? 128 : 32
  return (
    isIP(ip) !== 0 &&
    !ip.includes('%') &&
    more.length === 0 &&
    (length === undefined || isPrefixLength(length, bits))
  )
}

function isPrefixLength(text: string, bits: number): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) <= bits
}
