import type { Requirement } from '../../route/requirement.ts'
import type { OpenApiDocument } from '../document.ts'
import type { Operation } from '../operation.ts'
import { serverPaths } from '../placement.ts'
import { documentServers, type ServerPlace } from '../server-path.ts'
import { writtenParameters } from './parameters.ts'
import { type PublishedPath, publishedPath, renamed, shapeOf } from './published-path.ts'
import { createRepairs } from './repairs.ts'
import { type PublicPlace, routeOf } from './route-of.ts'

/** An operation that a route lets through. */
export type Candidate = {
  readonly operation: Operation
  readonly path: PublishedPath
  readonly requirement: Requirement
}

/** One that is not published. `isMeant`: by the file, which has no route for it, or by another host. */
export type Unpublished = { readonly operation: Operation; readonly why: string; readonly isMeant: boolean }

export type Candidates = {
  readonly candidates: readonly Candidate[]
  readonly unpublished: readonly Unpublished[]
}

/** Servers of one document that are tried. */
const mostServers = 20

/**
 * Finds the route of each operation. The paths of a document begin at one of its servers: the first one that
 * leads to a route.
 */
export function findCandidates(
  document: OpenApiDocument,
  operations: readonly Operation[],
  place: PublicPlace,
): Candidates {
  const all = documentServers(document)
  const nowhere: ServerPlace = { origin: undefined, path: '' }
  const tried = (all.length === 0 ? [nowhere] : all.slice(0, mostServers)).map((chosen) => {
    return operations.map((operation) => candidateOf(document, operation, { chosen, all }, place))
  })
  const found = tried.find((each) => each.some((one) => 'path' in one)) ?? tried[0] ?? []
  const unpublished = found.filter((one) => 'why' in one)
  const known = withoutDoubles(found.filter((one) => 'path' in one))
  return { candidates: known.candidates, unpublished: [...unpublished, ...known.unpublished] }
}

function candidateOf(
  document: OpenApiDocument,
  operation: Operation,
  servers: Parameters<typeof serverPaths>[2],
  place: PublicPlace,
): Candidate | Unpublished {
  const { security, fault, value } = operation
  // Its security counts for nothing here: the routes decide.
  const isFaulty = fault !== undefined && !(security.kind === 'fault' && fault === security.message)
  if (isFaulty || value === undefined) return { operation, why: fault ?? 'it cannot be read', isMeant: false }
  const paths = serverPaths(document, operation, servers)
  if (typeof paths === 'string') return { operation, why: paths, isMeant: true }
  const written = writtenParameters(operation, { document, repairs: createRepairs() })
  let miss: Unpublished | undefined
  for (const before of paths) {
    const path = publishedPath(before, operation)
    if (typeof path === 'string') return { operation, why: path, isMeant: false }
    const route = routeOf(operation.method, path, written, place, document)
    if ('requirement' in route) return { operation, path, requirement: route.requirement }
    miss ??= { operation, why: route.why, isMeant: true }
  }
  return miss ?? { operation, why: 'it has no path', isMeant: false }
}

/**
 * Paths that differ in the names of parameters alone are one path, which has each method once (OpenAPI 3.1
 * section 4.8.8). Documents tell more apart by fragments and queries, which no request has.
 */
function withoutDoubles(found: readonly Candidate[]): Candidates {
  const paths = new Map<string, PublishedPath>()
  const methods = new Map<string, Operation>()
  const candidates: Candidate[] = []
  const unpublished: Unpublished[] = []
  for (const candidate of found) {
    const { operation } = candidate
    const shape = shapeOf(candidate.path)
    const key = `${operation.method} ${shape}`
    const first = methods.get(key)
    if (first !== undefined) {
      const why = `its requests are those of ${first.method} ${first.template}, which comes first`
      unpublished.push({ operation, why, isMeant: false })
      continue
    }
    methods.set(key, operation)
    const known = paths.get(shape)
    paths.set(shape, known ?? candidate.path)
    const path = known === undefined ? candidate.path : renamed(candidate.path, known.parameters)
    candidates.push({ ...candidate, path })
  }
  return { candidates, unpublished }
}
