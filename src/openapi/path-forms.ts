import { type Pattern, parsePattern } from '../route/pattern.ts'
import type { PathParameter } from './operation.ts'
import { partsOfTemplate, type TemplatePart } from './template-parts.ts'

/** The path of an operation in the language of routes. */
export type PathForms =
  | {
      readonly kind: 'forms'
      /** All of them together cover the operation. */
      readonly patterns: readonly Pattern[]
      /** Why they cover more than the operation; undefined when they cover exactly that. */
      readonly widened: string | undefined
      /** Its requests hold path parameters (RFC 3986 section 3.3), which a route must allow. */
      readonly isMatrix: boolean
    }
  | { readonly kind: 'none'; readonly why: string }

type Form = { readonly text: string; readonly widened: string | undefined }
type None = Extract<PathForms, { kind: 'none' }>

/** A key of a YAML map on one line has at most 1,024 characters. */
const longestPath = 1000

/**
 * Says in patterns which paths a template of a document stands for. `serverPath` comes before it, in plain
 * characters.
 */
export function pathForms(
  serverPath: string,
  template: string,
  parameters: ReadonlyMap<string, PathParameter>,
): PathForms {
  if (!template.startsWith('/')) return none(`a path starts with /: write /${template}`)
  const read = variantsOf(template).map((variant) => partsOfTemplate(variant, parameters))
  const fault = read.find((each) => typeof each === 'string')
  if (fault !== undefined) return none(fault)
  const parsed = read.filter((each) => typeof each !== 'string')
  const forms = parsed.flatMap(({ parts, isLastOptional }) =>
    (isLastOptional ? [parts, withoutLast(parts)] : [parts]).map((some) => formOf(serverPath, some)),
  )
  const failed = forms.find((form) => typeof form === 'string')
  if (failed !== undefined) return none(failed)
  const written = forms.filter((form) => typeof form !== 'string')
  const patterns = written.map(({ text }) => readable(text))
  const unwritten = patterns.find((pattern) => typeof pattern === 'string')
  if (unwritten !== undefined) return none(unwritten)
  return {
    kind: 'forms',
    patterns: patterns.filter((pattern) => typeof pattern !== 'string'),
    widened:
      written.find(({ widened }) => widened !== undefined)?.widened ??
      (parsed.some(({ hasQuery }) => hasQuery) ? 'a query does not count in a path' : undefined),
    isMatrix: parsed.some(({ parts }) => parts.some((part) => part.kind === 'parameter' && part.isMatrix)),
  }
}

function none(why: string): None {
  return { kind: 'none', why }
}

/** `/a/(ref/{ref}/)b`: a group that ends in a slash may be left out. */
function variantsOf(template: string): readonly string[] {
  const group = /(?<=\/)\(((?:[^()/]+\/)+)\)/
  return group.test(template) ? [template.replace(group, '$1'), template.replace(group, '')] : [template]
}

/** Without the last segment. */
function withoutLast(parts: readonly TemplatePart[]): readonly TemplatePart[] {
  return parts.slice(
    0,
    parts.findLastIndex((part) => part.kind === 'slash'),
  )
}

function readable(text: string): Pattern | string {
  if (text.length > longestPath) return `longer than ${longestPath} characters, which no route is`
  if (text.includes('${')) return 'a route cannot hold ${: it is read as a variable'
  if (/\p{Surrogate}/u.test(text)) return 'half of a surrogate pair, which no request can hold'
  return parsePattern(text)
}

function formOf(serverPath: string, parts: readonly TemplatePart[]): Form | string {
  if (/[*{}]/.test(serverPath)) return 'the path of the server is no literal: name another with --server URL'
  const names = new Set<string>()
  const segments: string[] = []
  let widened: string | undefined
  const all = segmentsOf(parts)
  for (const [index, segment] of all.entries()) {
    const isLast = index === all.length - 1
    if (segment.length === 0 && isLast) break
    const written = writeSegment(segment, isLast || isEndOnly(all, index), names)
    if (typeof written === 'string') return written
    segments.push(written.text)
    widened ??= written.widened
  }
  return { text: `${serverPath}/${segments.join('/')}`.replace(/(?<=.)\/$/, ''), widened }
}

/** True when nothing but a trailing slash follows. */
function isEndOnly(all: readonly (readonly TemplatePart[])[], index: number): boolean {
  return index === all.length - 2 && all.at(-1)?.length === 0
}

function segmentsOf(parts: readonly TemplatePart[]): TemplatePart[][] {
  const segments: TemplatePart[][] = []
  for (const part of parts) {
    if (part.kind === 'slash') segments.push([])
    else segments.at(-1)?.push(part)
  }
  return segments
}

function writeSegment(segment: readonly TemplatePart[], isLast: boolean, names: Set<string>): Form | string {
  if (segment.length === 0) return 'a path has no empty segments: take one slash out'
  if (segment.some((part) => part.kind === 'rest'))
    return segment.length === 1 && isLast ? { text: '**', widened: undefined } : restElsewhere
  const first = segment.findIndex((part) => part.kind === 'parameter')
  const last = segment.findLastIndex((part) => part.kind === 'parameter')
  const before = textOf(first === -1 ? segment : segment.slice(0, first))
  if (before === undefined) return badEscape
  if (first === -1) return { text: before, widened: undefined }
  const after = textOf(segment.slice(last + 1))
  if (after === undefined) return badEscape
  const parameters = segment.flatMap((part) => (part.kind === 'parameter' ? [part.name] : []))
  const name = legalName(parameters.join('_'), names)
  const widened = parameters.length > 1 ? severalParameters : undefined
  return { text: `${before}{${name}}${after}`, widened }
}

const restElsewhere =
  'a parameter of several segments stands where only ** at the end of a path could say that'
const severalParameters = 'several parameters in one segment cannot be told apart, so that one stands for all'
const badEscape =
  'an escape in it is no UTF-8, or stands for a character that no route can hold: write plain characters'

/**
 * Literals are written in plain characters. Of these, some mean something else in a route: `%2A` is no
 * wildcard, and `%2F` no slash.
 */
function textOf(parts: readonly TemplatePart[]): string | undefined {
  const text = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')
  if (/%(?:2[35AF]|3[BF]|5C|7[BD])/i.test(text)) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Legal in a route, and not yet taken in this path. */
function legalName(name: string, taken: Set<string>): string {
  const plain = name.replace(/[^A-Za-z0-9_-]+/g, '_').replace(/^[_-]+|_+$/g, '') || 'name'
  const start = /^[A-Za-z]/.test(plain) ? plain : `p_${plain}`
  let legal = start
  for (let count = 2; taken.has(legal); count++) legal = `${start}_${count}`
  taken.add(legal)
  return legal
}
