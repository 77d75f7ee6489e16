import { parseRequestTarget } from '../../http/request-target.ts'
import { isBelow } from '../../route/pattern.ts'
import type { Config } from '../config.ts'
import { protectedResourcesOf } from '../protected-resources.ts'

/**
 * By the first API of each: resources whose metadata is published, and which some clients will not recognise
 * in it.
 */
export function doubtfulResources(config: Config): ReadonlyMap<string, string> {
  const publicPath = pathOf(config.publicUrl ?? '')
  const faults = new Map<string, string>()
  for (const { resource, apis } of protectedResourcesOf(config)) {
    const prefixes = config.apis
      .filter(({ name }) => apis.includes(name))
      .map(({ pathPrefix }) => publicPath + pathPrefix)
    const fault = faultOf(pathOf(resource), prefixes)
    if (fault !== undefined) faults.set(apis[0] ?? '', fault)
  }
  return faults
}

function faultOf(path: string, prefixes: readonly string[]): string | undefined {
  if (path === '')
    return (
      'MCP clients do not agree on whether such an origin ends with a slash, and refuse the other: an identifier ' +
      'with a path, such as https://api.example.com/todo, is safe; metadata: false publishes none'
    )
  if (prefixes.some((prefix) => isBelow(path, prefix) || isBelow(prefix, path))) return undefined
  return (
    'differs from what people will type, since this API is elsewhere (publicUrl, path): MCP clients compare the ' +
    'two; write the URL under which the API is, or metadata: false'
  )
}

/** Canonical, without a slash at its end. */
function pathOf(url: string): string {
  const path = /^[^/]*\/\/[^/]*(\/.*)$/.exec(url)?.[1] ?? ''
  const target = parseRequestTarget(path, 'GET', '')
  return ('code' in target ? path : target.path).replace(/\/$/, '')
}
