import { irregularityBit, parseRequestTarget } from '../http/request-target.ts'

/** One segment of a path pattern, literals in canonical (percent-encoded) form. */
export type PatternSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'rest' }

/** A parsed path pattern. `text` is the full path as the operator wrote it, the API's prefix included. */
export type Pattern = {
  readonly text: string
  readonly segments: readonly PatternSegment[]
}

/** Parses a full path pattern; a string says what is wrong with it and how to mend it. */
export function parsePattern(text: string): Pattern | string {
  if (!text.startsWith('/')) return `a path starts with /: write /${text}`
  if (/[?#]/.test(text)) return 'a path has no query and no fragment: they are never matched'
  if (text !== '/' && text.endsWith('/'))
    return 'leave the trailing slash away: it does not count in matching'
  const segments: PatternSegment[] = []
  for (const part of text === '/' ? [] : text.slice(1).split('/')) {
    if (segments.at(-1)?.kind === 'rest') return '** stands at the end of a path only: use * for one segment'
    const segment = parseSegment(part)
    if (typeof segment === 'string') return segment
    if (segment.kind === 'param' && isNamed(segments, segment.name))
      return `{${segment.name}} stands twice in this path: give one of them another name`
    segments.push(segment)
  }
  return { text, segments }
}

function isNamed(segments: readonly PatternSegment[], name: string): boolean {
  return segments.some((segment) => segment.kind === 'param' && segment.name === name)
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
  const name = /^\{([A-Za-z_][A-Za-z0-9_-]*)\}$/.exec(part)?.[1]
  if (name !== undefined) return { kind: 'param', name }
  if (/[*{}]/.test(part)) return 'a wildcard stands for a whole segment: use {name}, * or ** between slashes'
  return parseLiteral(part)
}

/** Written in plain UTF-8, encoded here; then it must be what a request could hold. */
function parseLiteral(part: string): PatternSegment | string {
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
