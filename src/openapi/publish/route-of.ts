import { parseRequestTarget } from '../../http/request-target.ts'
import type { Requirement } from '../../route/requirement.ts'
import type { RouteTable, TableRoute } from '../../route/table.ts'
import type { OpenApiDocument } from '../document.ts'
import { isMembers } from '../members.ts'
import { unite } from '../security.ts'
import type { WrittenParameter } from './parameters.ts'
import { wellFormed } from './plain-json.ts'
import type { PublishedParameter, PublishedPath } from './published-path.ts'

/** A route of the table that requests use, with the API that it belongs to. */
export type PublishedRoute = TableRoute & { readonly api: string }

/** Where ChatGPT asks: the host of `publicUrl`, and what stands before each path of the document. */
export type PublicPlace = {
  readonly table: RouteTable<PublishedRoute>
  readonly hostName: string
  /** The path of an API that is taken off before its upstream is asked. */
  readonly prefix: string
  readonly api: string
}

/** The requirement of an operation, or the reason why no request of it is let through. */
export type RouteOf = { readonly requirement: Requirement } | { readonly why: string }

/** A value that stands in no file as a literal. */
const anything = 'sample-0f3c9a'
/** Values of one parameter that are tried. */
const mostValues = 50

/**
 * Asks the table for requests of this operation. Where a parameter has few values, each of them may have a
 * route of its own: then all of their requirements count together.
 */
export function routeOf(
  method: string,
  path: PublishedPath,
  written: readonly WrittenParameter[],
  { table, hostName, prefix, api }: PublicPlace,
  { follow }: Pick<OpenApiDocument, 'follow'>,
): RouteOf {
  const targets = samplesOf(path, written, follow).map((sample) => prefix + sample)
  const found = targets.map((target) => routeAt(target))
  const [first = noRoute] = found
  const requirements = found.flatMap((route) => ('requirement' in route ? [bare(route.requirement)] : []))
  return requirements.length === 0 ? first : { requirement: requirements.reduce(unite) }

  function routeAt(text: string): RouteOf {
    const target = parseRequestTarget(text, method, hostName)
    if ('code' in target) return { why: `no request can have this path: ${target.detail}` }
    const route = table.find(hostName, target, method)
    if (route.kind === 'miss') return { why: `no route lets it through (${text}): ${route.detail}` }
    return route.api === api
      ? { requirement: route.requirement }
      : { why: `its route is of another API, ${route.api}` }
  }
}

const noRoute: RouteOf = { why: 'no route lets it through' }

/** Conditions on claims are none of a document's security. */
function bare(requirement: Requirement): Requirement {
  if (requirement.kind === 'public') return requirement
  return requirement.kind === 'scopes'
    ? { kind: 'scopes', anyOf: requirement.anyOf, where: [] }
    : { kind: requirement.kind, where: [] }
}

function samplesOf(
  { pieces }: PublishedPath,
  written: readonly WrittenParameter[],
  follow: OpenApiDocument['follow'],
): string[] {
  const valuesOf = (parameter: PublishedParameter) => {
    const found = written.find(({ in: isIn, name }) => isIn === 'path' && name === parameter.writtenAs)
    const values = found === undefined ? [] : enumOf(found.value, follow)
    return values.length === 0 ? [anything] : values.slice(0, mostValues)
  }
  const values = pieces.map((piece) => (typeof piece === 'string' ? [encodeLiteral(piece)] : valuesOf(piece)))
  const count = Math.max(1, ...values.map(({ length }) => length))
  const samples = Array.from({ length: count }, (_, sample) =>
    values.map((each) => each[sample % each.length] ?? '').join(''),
  )
  return [...new Set(samples)]
}

/** The few values that a parameter of a path has, as they stand there; empty where it may have any. */
function enumOf(parameter: WrittenParameter['value'], follow: OpenApiDocument['follow']): string[] {
  const schema = follow(parameter['schema'])
  const values: unknown = (isMembers(schema) ? schema : parameter)['enum']
  if (!Array.isArray(values)) return []
  const written = values.filter((value) => ['string', 'number', 'boolean'].includes(typeof value)).map(String)
  return written.filter((value) => value !== '').map((value) => encodeURIComponent(wellFormed(value)))
}

/** Documents write paths in plain characters, and sometimes escapes. */
function encodeLiteral(text: string): string {
  return encodeURI(wellFormed(text)).replaceAll('%25', '%')
}
