import type { Pattern } from '../route/pattern.ts'
import type { Requirement } from '../route/requirement.ts'
import type { OpenApiDocument } from './document.ts'
import type { Operation } from './operation.ts'
import { type PathForms, pathForms } from './path-forms.ts'
import { proposedRequirement } from './proposal.ts'
import { type Reach, reachOf } from './reach.ts'
import { refused } from './security.ts'
import { hasOpenServer, operationServers, type ServerPlace } from './server-path.ts'

/** An operation that becomes routes. */
export type Placed = {
  readonly operation: Operation
  readonly requirement: Requirement
  readonly forms: Extract<PathForms, { kind: 'forms' }>
  /** At least its paths, where its forms cover more. */
  readonly reaches: readonly Reach[]
}

/** An operation that becomes none. */
export type LeftOut = {
  readonly operation: Operation
  readonly why: string
  /** No request to this upstream can be meant by it. */
  readonly isElsewhere: boolean
  /** A route of others that may lead to it needs this too. */
  readonly requirement: Requirement
  /** Its paths, or more than these, where routes can say them; and at least its paths, where they cannot. */
  readonly patterns: readonly Pattern[]
  readonly reaches: readonly Reach[]
}

export type Placement = { readonly placed: readonly Placed[]; readonly leftOut: readonly LeftOut[] }

/** Where the operations of a document are asked for: `server` is the one that was chosen. */
export type Servers = { readonly chosen: ServerPlace; readonly all: readonly ServerPlace[] }

/** Finds the paths and the requirement of every operation, or the reason why it has none. */
export function placeOperations(
  document: OpenApiDocument,
  operations: readonly Operation[],
  servers: Servers,
): Placement {
  const propose = proposedRequirement(operations)
  const placed: Placed[] = []
  const leftOut: LeftOut[] = []
  for (const operation of operations) {
    const { security } = operation
    const requirement = security.kind === 'said' ? security.requirement : propose(operation)
    const paths = serverPaths(document, operation, servers)
    const isOpen =
      typeof paths === 'string' && operation.method !== 'TRACE' && hasOpenServer(document, operation)
    const place = isOpen ? somewhere(operation, requirement) : placeOperation(operation, requirement, paths)
    if ('why' in place) leftOut.push(place)
    else placed.push(place)
  }
  return { placed, leftOut }
}

/** It may be asked for at any path that ends in its own. */
function somewhere(operation: Operation, requirement: Requirement): LeftOut {
  const { fault } = operation
  const reaches = reachesAt(['/{path=**}'], operation)
  const nowhere = { operation, isElsewhere: false, patterns: [], reaches }
  return fault === undefined
    ? { ...nowhere, requirement, why: openServer }
    : { ...nowhere, requirement: refused, why: fault }
}

const openServer = 'its server cannot be read: give each variable of its URL a default'

function placeOperation(
  operation: Operation,
  requirement: Requirement,
  paths: readonly string[] | string,
): Placed | LeftOut {
  const nowhere = { operation, requirement, isElsewhere: false, patterns: [], reaches: [] }
  if (typeof paths === 'string') return { ...nowhere, why: paths, isElsewhere: true }
  const forms = formsAt(paths, operation)
  if (operation.fault !== undefined) return unusable(operation, operation.fault, paths, forms)
  if (forms.kind === 'forms') {
    const isExact = forms.widened === undefined
    return { operation, forms, requirement, reaches: isExact ? [] : reachesAt(paths, operation) }
  }
  return { ...nowhere, why: forms.why, reaches: reachesAt(paths, operation) }
}

/** Its paths may be known, but not who may ask for them. */
function unusable(operation: Operation, why: string, paths: readonly string[], forms: PathForms): LeftOut {
  const patterns = forms.kind === 'forms' ? forms.patterns : []
  const isExact = forms.kind === 'forms' && forms.widened === undefined
  const reaches = isExact ? [] : reachesAt(paths, operation)
  return { operation, why, isElsewhere: false, requirement: refused, patterns, reaches }
}

function reachesAt(paths: readonly string[], { template, parameters }: Operation): Reach[] {
  return paths.map((path) => reachOf(path, template, parameters))
}

function formsAt(paths: readonly string[], { template, parameters }: Operation): PathForms {
  const forms = paths.map((path) => pathForms(path, template, parameters))
  const none = forms.find((form) => form.kind === 'none')
  if (none !== undefined) return none
  const some = forms.filter((form) => form.kind === 'forms')
  return {
    kind: 'forms',
    patterns: some.flatMap(({ patterns }) => patterns),
    widened: some.find(({ widened }) => widened !== undefined)?.widened,
    isMatrix: some.some(({ isMatrix }) => isMatrix),
  }
}

/** Before the template. A string says why it is no operation of this upstream. */
export function serverPaths(
  document: OpenApiDocument,
  operation: Operation,
  { chosen, all }: Servers,
): readonly string[] | string {
  if (operation.method === 'TRACE') return 'TRACE is never let through'
  const own = operationServers(document, operation)
  if (own === undefined) return [chosen.path]
  const hosts = [chosen, ...all].map(({ origin }) => origin && new URL(origin).host)
  const here = own.filter(({ origin }) => origin === undefined || hosts.includes(new URL(origin).host))
  const paths = [...new Set(here.map(({ path }) => path))]
  return paths.length > 0 ? paths : `its server is ${own[0]?.origin ?? 'not readable'}, another host`
}
