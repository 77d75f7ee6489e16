import { METHODS } from 'node:http'
import { isJsonObject } from '../../issuer/json-object.ts'
import type { Pattern } from '../../route/pattern.ts'
import type { RouteConfig } from '../config.ts'
import { unknownKey } from '../schema/fields.ts'
import { requirementKeys } from '../schema/requirement.ts'
import { suggest } from '../schema/suggest.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import { decodeRoute, type RouteContext } from './route.ts'

type Methods = Map<string, RouteConfig>

export const anyMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
/** TRACE echoes credentials, CONNECT opens tunnels, COPY and MOVE name a second target that no rule sees. */
const neverMethods = ['TRACE', 'CONNECT', 'COPY', 'MOVE']

/** The value of a path: a map of methods, or one requirement for `any`. */
export function decodeMethods(value: unknown, at: KeyPath, pattern: Pattern, context: RouteContext): Methods {
  if (isJsonObject(value) && Object.keys(value).some(isMethodKey))
    return decodeMethodMap(value, at, pattern, context)
  const route = decodeRoute(value, at, pattern, context)
  return new Map(route && anyMethods.map((method) => [method, route]))
}

function decodeMethodMap(
  value: Readonly<Record<string, unknown>>,
  at: KeyPath,
  pattern: Pattern,
  context: RouteContext,
): Methods {
  const listed = new Set<string>()
  const methods: Methods = new Map()
  for (const [key, requirement] of Object.entries(value)) {
    const below = [...at, key]
    if (!isMethodKey(key)) {
      context.issues.error(below, foreignKey(key), 'key')
      continue
    }
    const route = decodeRoute(requirement, below, pattern, context)
    for (const method of namesOf(key)) {
      const fault = listed.has(method) ? `${method} is listed twice for this path` : methodFault(method)
      listed.add(method)
      if (fault !== undefined) context.issues.error(below, fault, 'key')
      else if (route !== undefined) methods.set(method, route)
    }
  }
  return complete(methods)
}

/** HEAD goes with GET, and `any` stands for the methods that the same map does not list. */
function complete(methods: Methods): Methods {
  const get = methods.get('GET')
  const any = methods.get('any')
  methods.delete('any')
  if (get !== undefined && !methods.has('HEAD')) methods.set('HEAD', get)
  if (any !== undefined) for (const method of anyMethods) if (!methods.has(method)) methods.set(method, any)
  return methods
}

function namesOf(key: string): string[] {
  return key.split(',').map((part) => part.trim())
}

/**
 * Also for a method in small letters or of another protocol: its own message helps more than `unknown key`.
 */
function isMethodKey(key: string): boolean {
  return namesOf(key).every((name) => /^[A-Z][A-Z-]*$/.test(name) || isKnown(name.toUpperCase()))
}

function isKnown(name: string): boolean {
  return name === 'ANY' || METHODS.includes(name)
}

function methodFault(name: string): string | undefined {
  if (name === 'any') return undefined
  const upper = name.toUpperCase()
  if (upper === 'ANY') return 'write any in small letters: it is not a method itself'
  if (name !== upper) return `methods are written in capitals: ${upper}`
  if (neverMethods.includes(name)) return `${name} is never let through: take it out`
  if (METHODS.includes(name)) return undefined
  const near = suggest(name, METHODS)
  return near === undefined
    ? `no request can have the method ${name}: take it out`
    : `no request can have the method ${name}, did you mean "${near}"?`
}

function foreignKey(key: string): string {
  return requirementKeys.includes(key)
    ? 'methods and a requirement cannot be mixed: put this under a method'
    : unknownKey(key, [...anyMethods, 'any'])
}
