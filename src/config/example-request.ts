import type { Pattern, PatternSegment } from '../route/pattern.ts'
import type { ApiConfig, Config, RouteConfig } from './config.ts'

/** A request that shows what a rule does. */
export type ExampleRequest = {
  readonly method: string
  readonly path: string
  /** For `Host`, where the API has hosts of its own. */
  readonly host: string | undefined
  /** The sets of scopes of which one is needed. Empty when any valid token will do. */
  readonly anyOf: readonly (readonly string[])[]
}

/** Every scope that a route of these APIs names, in the order of the file. */
export function scopesNamed(apis: readonly ApiConfig[]): string[] {
  const routes = apis.flatMap(({ paths }) => paths.flatMap(({ methods }) => [...methods.values()]))
  const named = routes.flatMap(({ requirement }) =>
    requirement.kind === 'scopes' ? requirement.anyOf.flat() : [],
  )
  return [...new Set(named)]
}

/**
 * Requests that a token with every scope may make and that change nothing; those that need a scope come
 * first.
 */
export function readsOf({ apis }: Config): ExampleRequest[] {
  const reads = examplesOf(apis).filter(({ method }) => method === 'GET')
  return reads.toSorted((a, b) => Math.sign(b.anyOf.length) - Math.sign(a.anyOf.length))
}

/**
 * A request that a token with only this scope, or with none, may not make, preferably to the same path as
 * `beside`. The gateway refuses it, so that it never reaches the API, whatever its method.
 */
export function refusedFor(
  scope: string | undefined,
  { apis }: Config,
  beside: ExampleRequest | undefined,
): ExampleRequest | undefined {
  const refused = examplesOf(apis).filter(
    ({ anyOf }) => anyOf.length > 0 && !anyOf.some((set) => set.every((one) => one === scope)),
  )
  const sameApi = refused.filter(({ host }) => host === beside?.host)
  return sameApi.find(({ path }) => path === beside?.path) ?? sameApi[0] ?? refused[0]
}

/** One for every route that needs a user's token and sets no condition on its claims, the plainest first. */
export function examplesOf(apis: readonly ApiConfig[]): ExampleRequest[] {
  return byPlainness(everyExample(apis))
}

function everyExample(apis: readonly ApiConfig[]): ExampleRequest[] {
  return apis.flatMap((api) =>
    api.paths.flatMap(({ pattern, methods }) =>
      [...methods].flatMap(([method, route]) => exampleOf(api, pattern, method, route) ?? []),
    ),
  )
}

function exampleOf(
  { hosts }: ApiConfig,
  pattern: Pattern,
  method: string,
  { requirement }: RouteConfig,
): ExampleRequest | undefined {
  if (requirement.kind === 'public' || requirement.kind === 'optional') return undefined
  if (requirement.where.length > 0 || requirement.holder === 'machine') return undefined
  return {
    method,
    path: pathOf(pattern),
    host: hosts[0]?.replace('*', 'www'),
    anyOf: requirement.kind === 'scopes' ? requirement.anyOf : [],
  }
}

/** A parameter becomes `1`, the rest of a path nothing. */
function pathOf({ segments }: Pattern): string {
  return `/${segments.flatMap(segmentText).join('/')}`
}

function segmentText(segment: PatternSegment): string | [] {
  switch (segment.kind) {
    case 'literal':
      return segment.text
    case 'affixed':
      return `${segment.prefix}1${segment.suffix}`
    case 'param':
    case 'any':
      return '1'
    case 'rest':
      return []
  }
}

/** Without guessed segments first, then short paths, then the methods that people think of first. */
function byPlainness(examples: readonly ExampleRequest[]): ExampleRequest[] {
  const guesses = ({ path }: ExampleRequest) => path.split('1').length
  const depth = ({ path }: ExampleRequest) => path.split('/').length
  const rarity = ({ method }: ExampleRequest) => [...usual, method].indexOf(method)
  return examples.toSorted((a, b) => guesses(a) - guesses(b) || depth(a) - depth(b) || rarity(a) - rarity(b))
}

const usual = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
