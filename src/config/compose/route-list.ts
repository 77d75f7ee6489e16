import { type Pattern, parsePattern } from '../../route/pattern.ts'
import type { PathConfig } from '../config.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import { decodeMethods } from './methods.ts'
import type { RouteContext } from './route.ts'

/** One key under `routes:`, and where it is written. */
export type DecodedPath = { readonly config: PathConfig; readonly at: KeyPath }

/** The map under `routes:`. A path whose requirement has an issue comes without it. */
export function decodeRoutes(
  routes: Readonly<Record<string, unknown>>,
  at: KeyPath,
  context: RouteContext & {
    /** With `stripPath` routes are written without it; it is put in front of each. Else the empty string. */
    readonly prefix: string
  },
): DecodedPath[] {
  return Object.keys(routes).flatMap((name) => {
    const below = [...at, name]
    const pattern = parseBelow(context.prefix, name)
    if (typeof pattern === 'string') {
      context.issues.error(below, pattern, 'key')
      return []
    }
    return [{ config: { pattern, methods: decodeMethods(routes[name], below, pattern, context) }, at: below }]
  })
}

/** Messages are about the path as it is written, without the prefix. */
function parseBelow(prefix: string, name: string): Pattern | string {
  const written = parsePattern(name)
  if (prefix === '' || typeof written === 'string') return written
  return parsePattern(name === '/' ? prefix : prefix + name)
}
