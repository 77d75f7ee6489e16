import type { OpenApiDocument } from './document.ts'
import { isMembers, type Members } from './members.ts'
import type { Operation } from './operation.ts'

/** Where a server of a document is. */
export type ServerPlace = {
  /** `https://api.example.com`; undefined for a relative URL in a file, which says nothing of the host. */
  readonly origin: string | undefined
  /** Without a slash at its end, in plain characters: the empty string is the whole path space. */
  readonly path: string
}

/**
 * The places that the servers of the document name, each once; one without a path where it names none. Empty
 * where none of them can be read.
 */
export function documentServers(document: OpenApiDocument): readonly ServerPlace[] {
  const { root, version } = document
  if (version === '2.0') return [swaggerServer(document)]
  return serversIn(document, root['servers']) ?? [{ origin: webOrigin(document), path: '' }]
}

/** The same for servers of an operation; undefined where it has none of its own. */
export function operationServers(
  document: OpenApiDocument,
  { servers }: Operation,
): readonly ServerPlace[] | undefined {
  return serversIn(document, servers)
}

function serversIn(document: OpenApiDocument, servers: unknown): ServerPlace[] | undefined {
  const list = document.follow(servers)
  if (!Array.isArray(list) || list.length === 0) return undefined
  const places = list.flatMap((server) => (isMembers(server) ? [placeOfServer(document, server)] : []))
  const known = new Map(
    places.flatMap((place) => (place === undefined ? [] : [[JSON.stringify(place), place]])),
  )
  return [...known.values()]
}

/** True when a server of an operation's own may be any, since a variable of its URL has no default. */
export function hasOpenServer(document: OpenApiDocument, { servers }: Operation): boolean {
  const list = document.follow(servers)
  return (
    Array.isArray(list) &&
    list.some((server) => !isMembers(server) || /[{}]/.test(urlOf(document, server) ?? '{}'))
  )
}

function placeOfServer(document: OpenApiDocument, server: Members): ServerPlace | undefined {
  const url = urlOf(document, server)
  return url === undefined ? undefined : serverPlace(url, document.location)
}

/** With its variables at their defaults, where they have one. */
function urlOf(document: OpenApiDocument, server: Members): string | undefined {
  if (typeof server['url'] !== 'string') return undefined
  const variables = isMembers(server['variables']) ? server['variables'] : {}
  return server['url'].replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const variable = Object.hasOwn(variables, name) ? document.follow(variables[name]) : undefined
    const value = isMembers(variable) ? variable['default'] : undefined
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole
  })
}

/** Undefined for a text that is no URL, and for one that a variable without a default leaves open. */
export function serverPlace(url: string, base?: URL): ServerPlace | undefined {
  if (/[{}]/.test(url)) return undefined
  const isWeb = base !== undefined && base.protocol !== 'file:'
  const from = isWeb ? base.href : 'http://relative.invalid/'
  if (!URL.canParse(url, from)) return undefined
  const { origin, protocol, hostname, pathname } = new URL(url, from)
  if (protocol !== 'http:' && protocol !== 'https:') return undefined
  const isRelative = !isWeb && hostname === 'relative.invalid'
  const path = plainPath(pathname)
  return path === undefined ? undefined : { origin: isRelative ? undefined : origin, path }
}

function swaggerServer({ root, location }: OpenApiDocument): ServerPlace {
  const host = typeof root['host'] === 'string' ? root['host'] : undefined
  const schemes = Array.isArray(root['schemes']) ? root['schemes'] : []
  const scheme = schemes.includes('https') || !schemes.includes('http') ? 'https' : 'http'
  const basePath = typeof root['basePath'] === 'string' ? root['basePath'] : '/'
  const path = basePath.startsWith('/') ? basePath : `/${basePath}`
  return (
    serverPlace(host === undefined ? path : `${scheme}://${host}${path}`, location) ?? {
      origin: undefined,
      path: '',
    }
  )
}

function webOrigin({ location }: OpenApiDocument): string | undefined {
  return location.protocol === 'file:' ? undefined : location.origin
}

/** Undefined for a path with an escaped slash, which would be another path. */
function plainPath(pathname: string): string | undefined {
  if (/%(?:2F|5C)/i.test(pathname)) return undefined
  try {
    return decodeURIComponent(pathname).replace(/\/+$/, '')
  } catch {
    return undefined
  }
}
