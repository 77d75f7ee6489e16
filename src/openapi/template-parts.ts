import type { PathParameter } from './operation.ts'

/** A piece of a path: literal text without slashes, a slash, one parameter, or one of several segments. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'slash' }
  | { readonly kind: 'parameter'; readonly name: string; readonly isMatrix: boolean }
  | { readonly kind: 'rest' }

export type TemplateParts = {
  readonly parts: readonly TemplatePart[]
  /** A parameter at the end of the path may be left out. */
  readonly isLastOptional: boolean
  /** A query was cut off. */
  readonly hasQuery: boolean
}

type Parameters = ReadonlyMap<string, PathParameter>

/** Takes the path of a document apart. A string says why that cannot be done. */
export function partsOfTemplate(template: string, parameters: Parameters): TemplateParts | string {
  const pieces = piecesOf(template)
  if (pieces === undefined) return notClosed
  const parts: TemplatePart[] = []
  for (const [index, piece] of pieces.entries()) {
    if ('query' in piece) return { parts, isLastOptional: false, hasQuery: piece.query }
    const read = 'text' in piece ? textParts(piece.text) : expressionParts(piece.expression, parameters)
    if (typeof read === 'string') return read
    parts.push(...read)
    if ('text' in piece || !isOptional(piece.expression)) continue
    return isEnd(pieces.slice(index + 1)) ? { parts, isLastOptional: true, hasQuery: false } : optionalInside
  }
  return { parts, isLastOptional: false, hasQuery: false }
}

/** Text, a parameter without its braces, or the beginning of a query or of a fragment. */
type Piece = { readonly text: string } | { readonly expression: string } | { readonly query: boolean }

/** Undefined where braces do not match. */
function piecesOf(template: string): readonly Piece[] | undefined {
  const pieces: Piece[] = []
  for (let at = 0; at < template.length; ) {
    const open = indexOrEnd(template, '{', at)
    const literal = template.slice(at, open)
    if (literal.includes('}')) return undefined
    const end = literal.search(/[?#]/)
    pieces.push({ text: end === -1 ? literal : literal.slice(0, end) })
    if (end !== -1) return [...pieces, { query: literal[end] === '?' }]
    const close = open === template.length ? open : closingBrace(template, open)
    if (close === undefined) return undefined
    if (close > open) pieces.push({ expression: template.slice(open + 1, close) })
    at = close + 1
  }
  return pieces
}

function isEnd(pieces: readonly Piece[]): boolean {
  return pieces.every((piece) => 'text' in piece && /^\/*$/.test(piece.text))
}

const optionalInside = 'only a last parameter can be left out: write it as two paths'
const notClosed = 'a brace is not closed: a parameter is written {name}'

function indexOrEnd(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from)
  return at === -1 ? text.length : at
}

/** The forms of some routers hold braces: `{year:[0-9]{4}}`. */
function closingBrace(text: string, open: number): number | undefined {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth += 1
    if (text[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  return undefined
}

function textParts(text: string): TemplatePart[] {
  return text
    .split('/')
    .flatMap((piece, index): TemplatePart[] => [
      ...(index > 0 ? [{ kind: 'slash' } as const] : []),
      ...(piece === '' ? [] : [{ kind: 'text', text: piece } as const]),
    ])
}

/** `{id?}` */
function isOptional(expression: string): boolean {
  return /^[^?&#/].*\?$/.test(expression)
}

/** The part between two braces, in the spellings of OpenAPI, RFC 6570, Google and common routers. */
function expressionParts(expression: string, parameters: Parameters): readonly TemplatePart[] | string {
  // RFC 6570 sections 3.2.4, 3.2.8 and 3.2.9: these make a query or a fragment.
  if (/^[?&#]/.test(expression)) return []
  if (expression.startsWith('/')) return slashInside
  const [, name = '', mark = '', form = ''] =
    /^\*{0,2}([^:=+*?]*)([:=+*?]|\.{3}$)?(.*)$/s.exec(expression) ?? []
  if (mark === '=' && /[*/]/.test(form)) return globParts(name, form)
  if (mark === ':') return formParts(name, form)
  // RFC 6570 section 3.2.3 has the plus in front.
  if (/^[*+]|[+*]$|\.{3}$/.test(expression)) return [{ kind: 'rest' }]
  return knownParts(name || expression, parameters.get(expression) ?? parameters.get(name))
}

const slashInside = 'a parameter that begins with a slash may be left out: write two paths'

/** `{path:.*}`, `{path:path}`, `{id:[0-9]+}`, `{id:int}` */
function formParts(name: string, form: string): readonly TemplatePart[] {
  if (form === 'path' || anything.test(form)) return [{ kind: 'rest' }]
  return holdsSlash(form) ? patternParts(name, form) : [{ kind: 'parameter', name, isMatrix: false }]
}

function knownParts(name: string, known: PathParameter | undefined): readonly TemplatePart[] {
  const { pattern = '', isMultiSegment = false, isMatrix = false } = known ?? {}
  if (holdsSlash(pattern)) return patternParts(name, pattern)
  return isMultiSegment
    ? [{ kind: 'rest' }]
    : [{ kind: 'parameter', name, isMatrix: isMatrix || name.startsWith(';') }]
}

/** Google's `{name=projects/*\/topics/**}`. */
function globParts(name: string, glob: string): readonly TemplatePart[] | string {
  const parts: TemplatePart[] = []
  for (const [index, piece] of glob.split('/').entries()) {
    if (index > 0) parts.push({ kind: 'slash' })
    if (piece === '**') parts.push({ kind: 'rest' })
    else if (piece === '*') parts.push({ kind: 'parameter', name, isMatrix: false })
    else if (/[*{}]/.test(piece)) return 'a form is made of literals, * and ** between slashes'
    else if (piece !== '') parts.push({ kind: 'text', text: piece })
  }
  return parts
}

const anything = /^\(?\.[*+]\)?$/

/** A class of excluded characters does not say that the others are meant to occur. */
function holdsSlash(pattern: string): boolean {
  return pattern.replace(/\[\^(?:[^\]\\]|\\.)*\]/gs, '').includes('/')
}

/** Its value may hold slashes. */
export function isOfSeveralSegments(parameter: PathParameter | undefined): boolean {
  const { pattern = '', isMultiSegment = false } = parameter ?? {}
  return isMultiSegment || holdsSlash(pattern)
}

/** `publishers/[^/]+` is written out; a form that is anything else stands for any number of segments. */
function patternParts(name: string, pattern: string): readonly TemplatePart[] {
  const pieces = pattern.replace(/^\^|\$$/g, '').split(/\/(?![^[]*\])/)
  const parts = pieces.flatMap((piece, index): (TemplatePart | undefined)[] => {
    const slash = index > 0 ? [{ kind: 'slash' } as const] : []
    if (piece === '[^/]+') return [...slash, { kind: 'parameter', name, isMatrix: false }]
    const text = piece.replace(/\\([^A-Za-z0-9])/g, '$1')
    const isLiteral = /^(?:[\w~-]|\\[^A-Za-z0-9])+$/.test(piece)
    return [...slash, isLiteral ? { kind: 'text', text } : undefined]
  })
  const isWritten = parts.length > 1 && parts.every((part) => part !== undefined)
  return isWritten ? parts : [{ kind: 'rest' }]
}
