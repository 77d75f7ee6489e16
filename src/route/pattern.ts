import { irregularityBit, parseRequestTarget } from '../http/request-target.ts'
import { foreignSpelling } from './foreign-spelling.ts'

/** One segment of a path pattern, literals in canonical (percent-encoded) form. */
export type PatternSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | AffixedSegment
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'rest' }

/** `{name}` with literals around it, such as `/{id}.json`. One of them may be empty, but not both. */
export type AffixedSegment = {
  readonly kind: 'affixed'
  readonly name: string
  readonly prefix: string
  readonly suffix: string
}

/** A parsed path pattern. `text` is the full path as the operator wrote it, the API's prefix included. */
export type Pattern = {
  readonly text: string
  readonly segments: readonly PatternSegment[]
}

/** Parses a full path pattern; a string says what is wrong with it and how to mend it. */
export function parsePattern(text: string): Pattern | string {
  const foreign = foreignSpelling(text)
  return foreign === undefined ? parseOwn(text) : mend(foreign.mended, foreign.message)
}

function mend(paths: readonly string[], message: string): string {
  if (paths.length === 0) return message
  const fault = paths.map(parseOwn).find((parsed) => typeof parsed === 'string')
  return fault === undefined ? `${message}: write ${paths.join(' and ')}` : `${message}; ${fault}`
}

function parseOwn(text: string): Pattern | string {
  if (!text.startsWith('/')) return `a path starts with /: write /${text}`
  if (/[?#]/.test(text)) return 'a path has no query and no fragment: they are never matched'
  if (text !== '/' && text.endsWith('/'))
    return 'leave the trailing slash away: it does not count in matching'
  const segments: PatternSegment[] = []
  for (const part of text === '/' ? [] : text.slice(1).split('/')) {
    if (segments.at(-1)?.kind === 'rest') return '** stands at the end of a path only: use * for one segment'
    const segment = parseSegment(part)
    if (typeof segment === 'string') return segment
    if ('name' in segment && isNamed(segments, segment.name))
      return `{${segment.name}} stands twice in this path: give one of them another name`
    segments.push(segment)
  }
  return { text, segments }
}

function isNamed(segments: readonly PatternSegment[], name: string): boolean {
  return segments.some((segment) => 'name' in segment && segment.name === name)
}

/** True for the prefix itself and for every path that goes on behind it with another segment. */
export function isBelow(path: string, prefix: string): boolean {
  return (
    path.startsWith(prefix) && (path.length === prefix.length || prefix === '' || path[prefix.length] === '/')
  )
}

function parseSegment(part: string): PatternSegment | string {
  if (part === '**') return { kind: 'rest' }
  if (part === '*') return { kind: 'any' }
  if (part.includes('*')) return partialStar
  const [before = '', name, after = '', ...more] = part.split(/\{([^{}]*)\}/)
  if (more.length > 0) return twoParameters
  if (/[{}]/.test(before + after)) return 'a brace is not closed: a parameter is written {name}'
  if (name === undefined) return parseLiteral(part)
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return parameterName
  return before === '' && after === '' ? { kind: 'param', name } : parseAffixed(before, name, after)
}

const partialStar =
  '* and ** stand for whole segments: where a part of a segment varies write {name}, such as /{name}.pdf'
const twoParameters =
  'two parameters in one segment cannot be told apart: write one {name} for all of the segment'
const parameterName =
  'the name of a parameter has letters, digits, - and _, and starts with a letter: write {name}'

/** The literals are read around one letter: alone, `.` and `..` would be refused as dot segments. */
function parseAffixed(before: string, name: string, after: string): AffixedSegment | string {
  const prefix = parseLiteral(`${before}x`)
  const suffix = parseLiteral(`x${after}`)
  if (typeof prefix === 'string') return prefix
  if (typeof suffix === 'string') return suffix
  return { kind: 'affixed', name, prefix: prefix.text.slice(0, -1), suffix: suffix.text.slice(1) }
}

/** Written in plain UTF-8, encoded here; then it must be what a request could hold. */
function parseLiteral(part: string): { readonly kind: 'literal'; readonly text: string } | string {
  if (part === '') return 'a path has no empty segments: take one slash out'
  if (part.includes('%')) return 'write paths in plain characters: they are percent-encoded here'
  const encoded = encodeURI(part)
  const target = parseRequestTarget(`/${encoded}`, 'GET', 'localhost')
  if ('code' in target) return `no request can have this path: ${target.detail}`
  const regular = target.irregularities & ~irregularityBit['non-utf8']
  if (regular !== 0) return irregularLiteral
  return { kind: 'literal', text: target.path.slice(1) }
}

const irregularLiteral =
  'only irregular requests could have this path: ' +
  'write {name} for this segment, and list in allow what it may hold'
