import { type Pattern, type PatternSegment, parsePattern } from '../route/pattern.ts'
import type { PathParameter } from './operation.ts'
import { isOfSeveralSegments } from './template-parts.ts'

/** At least the paths that an operation has which no route can say. */
export type Reach = readonly Step[]

/**
 * A segment is a literal, texts with parameters between them, any one, one or more of any kind, or any number
 * of these.
 */
type Step = { readonly literal: string } | { readonly between: readonly string[] } | 'any' | 'some' | 'rest'

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
    .map((segment) => stepOf(segment, parameters))
    .filter((step, index, steps) => step !== 'rest' || steps[index - 1] !== 'rest')
}

function stepOf(segment: string, parameters: ReadonlyMap<string, PathParameter>): Step {
  if (!isWhole.test(segment) || mayBeMissing.test(segment)) return 'rest'
  const names = [...segment.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name)
  if (names.some((name) => isOfSeveralSegments(parameters.get(name)))) return 'some'
  if (/^\{[^{}:=+*?]+\}$/.test(segment)) return 'any'
  if (/^(?:[\w~.-]*\{[^{}:=+*?]+\})+[\w~.-]*$/.test(segment)) return { between: segment.split(/\{[^{}]*\}/) }
  const pattern = /^[\w~.-]+$/.test(segment) ? parsePattern(`/${segment}`) : undefined
  const [literal] = typeof pattern === 'object' ? pattern.segments : []
  return literal?.kind === 'literal' ? { literal: literal.text } : 'some'
}

/** A brace within braces, or one that is not closed, goes on in other segments. */
const isWhole = /^(?:[^{}]|\{[^{}]*\})*$/
/** Groups of routers, RFC 6570 section 3.2.6, and a form of Google. */
const mayBeMissing = /[()]|\{\0|\*\*/

/** True when a path may be one of both. */
export function reaches(reach: Reach, { segments }: Pattern): boolean {
  // The places of the reach that are possible behind each segment: a set, or it could take exponential time.
  let places = withoutRests([0], reach)
  for (const segment of segments) {
    if (segment.kind === 'rest') return places.size > 0
    const behind = [...places].flatMap((place) => placesBehind(place, reach[place], segment))
    places = withoutRests(behind, reach)
  }
  return places.has(reach.length)
}

/** With the places behind each `rest`, which may stand for nothing. */
function withoutRests(places: readonly number[], reach: Reach): Set<number> {
  const all = new Set(places)
  // A set hands out what is added while it is gone through.
  for (const place of all) if (reach[place] === 'rest') all.add(place + 1)
  return all
}

function placesBehind(place: number, step: Step | undefined, segment: PatternSegment): number[] {
  if (step === undefined) return []
  if (step === 'some' || step === 'rest') return [place, place + 1]
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
