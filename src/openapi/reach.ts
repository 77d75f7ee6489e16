import { type Pattern, type PatternSegment, parsePattern } from '../route/pattern.ts'
import type { PathParameter } from './operation.ts'

/**
 * At least the paths that an operation has which no route can say. A segment is a literal, texts with
 * parameters between them, any one, or one or more of any kind.
 */
export type Reach = readonly (
  | { readonly literal: string }
  | { readonly between: readonly string[] }
  | 'any'
  | 'some'
)[]

/** Rather too much than too little: a route that such an operation may be asked through must need as much. */
export function reachOf(
  serverPath: string,
  template: string,
  parameters: ReadonlyMap<string, PathParameter>,
): Reach {
  const path = `${serverPath}/${template.replace(/[?#].*$/s, '').replace(/^\/+/, '')}`
  return path
    .replace(/\{[^{}]*\}/g, (expression) => expression.replaceAll('/', '\u0000'))
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      const [, name] = /^\{([^{}:=+*?.]+)\}$/.exec(segment) ?? []
      if (name !== undefined) return parameters.get(name)?.isMultiSegment ? 'some' : 'any'
      if (/^(?:[\w~.-]*\{[^{}:=+*?]+\})+[\w~.-]*$/.test(segment))
        return { between: segment.split(/\{[^{}]*\}/) }
      const pattern = /^[\w~.-]+$/.test(segment) ? parsePattern(`/${segment}`) : undefined
      const [literal] = typeof pattern === 'object' ? pattern.segments : []
      return literal?.kind === 'literal' ? { literal: literal.text } : 'some'
    })
}

/** True when a path may be one of both. */
export function reaches(reach: Reach, { segments }: Pattern): boolean {
  // The places of the reach that are possible behind each segment: a set, or it could take exponential time.
  let places = new Set([0])
  for (const segment of segments) {
    if (segment.kind === 'rest') return places.size > 0
    places = new Set([...places].flatMap((place) => placesBehind(place, reach[place], segment)))
  }
  return places.has(reach.length)
}

function placesBehind(place: number, step: Reach[number] | undefined, segment: PatternSegment): number[] {
  if (step === undefined) return []
  if (step === 'some') return [place, place + 1]
  if (step === 'any') return [place + 1]
  const isMet = 'literal' in step ? isOne(segment, step.literal) : holdsBetween(segment, step.between)
  return isMet ? [place + 1] : []
}

/** Parameters are at least one character each. Where the segment is no literal, it may be anything. */
function holdsBetween(segment: PatternSegment, texts: readonly string[]): boolean {
  if (segment.kind !== 'literal') return true
  const [first = '', ...others] = texts
  const last = others.pop() ?? ''
  if (!segment.text.startsWith(first)) return false
  let at = first.length
  for (const text of others) {
    const found = segment.text.indexOf(text, at + 1)
    if (found === -1) return false
    at = found + text.length
  }
  return segment.text.length - last.length > at && segment.text.endsWith(last)
}

function isOne(segment: PatternSegment, literal: string): boolean {
  if (segment.kind === 'literal') return segment.text === literal
  if (segment.kind !== 'affixed') return true
  return literal.startsWith(segment.prefix) && literal.endsWith(segment.suffix)
}
