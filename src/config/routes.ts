import * as v from 'valibot'
import { irregularityBit } from '../http/request-target.ts'
import type { UpstreamOptions } from '../proxy/upstream.ts'
import type { Pattern } from '../route/pattern.ts'
import { parsePattern } from '../route/pattern.ts'
import type { Condition, Requirement } from '../route/requirement.ts'
import type { AuthorizationOption, PathConfig, RouteConfig } from './config.ts'
import { unknownKey } from './fields.ts'
import { type FileRequirement, requirement as requirementSchema } from './schema.ts'
import type { Path } from './yaml-tree.ts'

/** What a route takes from its API where it says nothing itself. */
export type RouteDefaults = Pick<RouteConfig, 'authorization' | 'upstream' | 'timeouts' | 'bodyBytes'>

export type RouteContext = {
  readonly defaults: RouteDefaults
  /** Put before every path that is written without it (`stripPath`). */
  readonly prefix: string
  readonly report: (path: Path, message: string) => void
  readonly upstream: (value: NonNullable<FileRequirement['upstream']>, path: Path) => UpstreamOptions
}

const anyMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
/** TRACE echoes credentials, CONNECT opens tunnels, COPY and MOVE name a second target that no rule has seen. */
const neverMethods = ['TRACE', 'CONNECT', 'COPY', 'MOVE']
const requirementKeys = [
  'scopes',
  'anyOf',
  'public',
  'optional',
  'authenticated',
  'where',
  'websocket',
  'allow',
  'authorization',
  'upstream',
  'timeouts',
  'limits',
]

/** The map under `routes:`; every problem goes to `report`. */
export function decodeRoutes(
  routes: Readonly<Record<string, unknown>>,
  at: Path,
  context: RouteContext,
): PathConfig[] {
  return Object.keys(routes).flatMap((name) => {
    const below = [...at, name]
    const pattern = parsePattern(context.prefix + (context.prefix !== '' && name === '/' ? '' : name))
    if (typeof pattern === 'string') {
      context.report(below, pattern)
      return []
    }
    const methods = decodeMethods(routes[name], below, pattern, context)
    return methods === undefined ? [] : [{ pattern, methods }]
  })
}

function decodeMethods(
  value: unknown,
  at: Path,
  pattern: Pattern,
  context: RouteContext,
): ReadonlyMap<string, RouteConfig> | undefined {
  const listed = isMap(value) ? Object.keys(value).filter(isMethodKey) : []
  if (!isMap(value) || listed.length === 0) {
    const route = decodeRoute(value, at, pattern, context)
    return route && new Map(anyMethods.map((method) => [method, route]))
  }
  const methods = new Map<string, RouteConfig>()
  let any: RouteConfig | undefined
  for (const key of Object.keys(value)) {
    const below = [...at, key]
    if (!listed.includes(key)) {
      const mixed = requirementKeys.includes(key)
      context.report(
        below,
        mixed
          ? 'methods and a requirement cannot be mixed: put this under a method'
          : unknownKey(key, [...anyMethods, 'any']),
      )
      continue
    }
    const route = decodeRoute(value[key], below, pattern, context)
    for (const method of key.split(',').map((part) => part.trim())) {
      const fault = methodFault(method, methods, any)
      if (fault !== undefined) context.report(below, fault)
      else if (route !== undefined && method === 'any') any = route
      else if (route !== undefined) methods.set(method, route)
    }
  }
  return complete(methods, any)
}

/** HEAD goes with GET; `any` stands for what is not listed beside it. */
function complete(methods: Map<string, RouteConfig>, any: RouteConfig | undefined): Map<string, RouteConfig> {
  const get = methods.get('GET')
  if (get !== undefined && !methods.has('HEAD')) methods.set('HEAD', get)
  if (any !== undefined) for (const method of anyMethods) if (!methods.has(method)) methods.set(method, any)
  if (methods.has('GET') && !methods.has('HEAD')) methods.set('HEAD', methods.get('GET') as RouteConfig) // has() says so.
  return methods
}

function isMethodKey(key: string): boolean {
  return key.split(',').every((part) => part.trim() === 'any' || /^[A-Z][A-Z-]*$/.test(part.trim()))
}

function methodFault(
  method: string,
  methods: ReadonlyMap<string, unknown>,
  any: unknown,
): string | undefined {
  if (neverMethods.includes(method)) return `${method} is never let through`
  return methods.has(method) || (method === 'any' && any !== undefined)
    ? `${method} is listed twice for this path`
    : undefined
}

function decodeRoute(
  value: unknown,
  at: Path,
  pattern: Pattern,
  context: RouteContext,
): RouteConfig | undefined {
  const form = longForm(value)
  if (typeof form === 'string') {
    context.report(at, form)
    return undefined
  }
  const parsed = v.safeParse(requirementSchema, form)
  if (!parsed.success) {
    for (const issue of parsed.issues) context.report([...at, ...pathOf(issue)], issue.message)
    return undefined
  }
  const { output } = parsed
  const requirement = compileRequirement(output, at, pattern, context)
  return {
    requirement,
    websocket: output.websocket ?? false,
    allow: (output.allow ?? []).reduce((bits, name) => bits | irregularityBit[name], 0),
    authorization:
      output.authorization === undefined
        ? context.defaults.authorization
        : authorization(output.authorization),
    upstream:
      output.upstream === undefined
        ? context.defaults.upstream
        : context.upstream(output.upstream, [...at, 'upstream']),
    timeouts: timeouts(context.defaults.timeouts, output.timeouts),
    bodyBytes: output.limits?.bodyBytes ?? context.defaults.bodyBytes,
  }
}

/** Chosen by the shape of the node, so that a mistake is reported in the words of the form that was meant. */
function longForm(value: unknown): Record<string, unknown> | string {
  if (typeof value === 'string') {
    const word = value.trim()
    if (word === '') return 'an empty text is never a requirement; use authenticated or public'
    return ['public', 'optional', 'authenticated'].includes(word) ? { [word]: true } : { scopes: value }
  }
  if (Array.isArray(value)) {
    const all = value.filter((item) => typeof item === 'string').join(' ')
    return `a list does not say whether all or one is needed: write "${all}" for all of them, { anyOf: [...] } for one`
  }
  if (isMap(value)) {
    if (Object.keys(value).length === 0)
      return 'an empty map is never a requirement; use authenticated or public'
    return value
  }
  return 'expected a requirement: public, optional, authenticated, scopes, or a map'
}

function compileRequirement(
  output: FileRequirement,
  at: Path,
  pattern: Pattern,
  context: RouteContext,
): Requirement {
  if (output.public) return { kind: 'public' }
  const where = Object.entries(output.where ?? {}).map(([claim, value]) =>
    condition(claim, value, at, pattern, context),
  )
  if (output.optional) return { kind: 'optional', where }
  const sets = output.anyOf ?? (output.scopes === undefined ? undefined : [output.scopes])
  if (sets === undefined) return { kind: 'authenticated', where }
  return { kind: 'scopes', anyOf: sets.map((set) => set.split(' ').filter((scope) => scope !== '')), where }
}

type ClaimValue = string | number | boolean

function condition(
  claim: string,
  value: ClaimValue | ClaimValue[],
  at: Path,
  pattern: Pattern,
  context: RouteContext,
): Condition {
  const param = typeof value === 'string' ? /^\{([^}]+)\}$/.exec(value)?.[1] : undefined
  if (param === undefined) return { claim, expected: { values: Array.isArray(value) ? value : [value] } }
  const segment = pattern.segments.findIndex((part) => part.kind === 'param' && part.name === param)
  if (segment === -1) context.report([...at, 'where', claim], `the path has no {${param}}`)
  return { claim, expected: { param, segment } }
}

export function authorization(text: string): AuthorizationOption {
  return text === 'strip' || text === 'forward' ? { kind: text } : { kind: 'fixed', value: text }
}

type Given = {
  connect?: number | undefined
  response?: number | undefined
  idle?: number | undefined
  stream?: number | undefined
}

export function timeouts(
  inherited: RouteDefaults['timeouts'],
  given: Given | undefined,
): RouteDefaults['timeouts'] {
  return {
    connectMs: given?.connect ?? inherited.connectMs,
    responseMs: given?.response ?? inherited.responseMs,
    idleMs: given?.idle ?? inherited.idleMs,
    streamMs: given?.stream ?? inherited.streamMs,
  }
}

export function pathOf(issue: v.BaseIssue<unknown>): (string | number)[] {
  return (issue.path ?? []).map((item) => (typeof item.key === 'number' ? item.key : String(item.key)))
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
