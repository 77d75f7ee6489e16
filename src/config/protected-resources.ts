import { parseRequestTarget } from '../http/request-target.ts'
import { scopesNamedBy } from './compose/scopes-named.ts'
import type { ApiConfig, Config, MetadataConfig } from './config.ts'

/** A resource whose metadata is published (RFC 9728): what all its APIs say of it. */
export type ProtectedResource = {
  /** Byte for byte. */
  readonly resource: string
  /** The keys of its APIs in the file, in its order. */
  readonly apis: readonly string[]
  /** Where a client looks for the metadata (RFC 9728 section 3.1). */
  readonly metadataUrl: string
  /** The path of that URL, as requests have it and without a slash at its end. */
  readonly path: string
  /** Lower-cased names, `*.name` for any subdomain. Empty: any host. */
  readonly hosts: readonly string[]
  /** The `iss` of each. */
  readonly issuers: readonly string[]
  readonly scopes: readonly string[]
  /** Every scope that its routes or its metadata name: first those of the routes. */
  readonly order: readonly string[]
  /** For people. */
  readonly name: string
  readonly documentation?: string
}

type Given = Pick<Config, 'apis' | 'issuers' | 'publicUrl'>

/** Those whose `resource` has the origin of `publicUrl`. */
export function protectedResourcesOf({ apis, issuers, publicUrl }: Given): ProtectedResource[] {
  const published = apis.filter(isPublished)
  return unique(published.map(({ resource }) => resource)).flatMap((resource) => {
    const place = metadataPlace(resource, publicUrl)
    if (typeof place === 'string') return []
    const members = published.filter((api) => api.resource === resource)
    const about = unite(members, issuers)
    return about.issuers.length === 0 ? [] : [{ resource, ...place, ...about }]
  })
}

type PublishedApi = ApiConfig & { readonly metadata: MetadataConfig }

function isPublished(api: ApiConfig): api is PublishedApi {
  return api.metadata !== undefined
}

/** Why a resource has no metadata here. */
export type Unplaced = 'no publicUrl' | 'no URL' | 'another origin' | 'query or fragment' | 'irregular path'

const wellKnown = '/.well-known/oauth-protected-resource'
const resourceForm = /^(https?:\/\/[^/?#@\\\s]+)(\/[^?#\\\s]*)?$/i

/** The URL and the path of the metadata, or why there is none. */
export function metadataPlace(
  resource: string,
  publicUrl: string | undefined,
): Pick<ProtectedResource, 'metadataUrl' | 'path'> | Unplaced {
  if (publicUrl === undefined) return 'no publicUrl'
  if (!URL.canParse(resource)) return 'no URL'
  if (new URL(resource).origin !== new URL(publicUrl).origin) return 'another origin'
  if (/[?#]/.test(resource)) return 'query or fragment'
  const [, origin = '', path = ''] = resourceForm.exec(resource) ?? []
  const written = wellKnown + (path === '/' ? '' : path)
  const target = parseRequestTarget(written, 'GET', '')
  if (origin === '' || 'code' in target || target.irregularities !== 0) return 'irregular path'
  return { metadataUrl: origin + written, path: target.path.replace(/\/$/, '') }
}

function unite(
  apis: readonly PublishedApi[],
  issuers: Config['issuers'],
): Omit<ProtectedResource, 'resource' | 'metadataUrl' | 'path'> {
  const scopes = unique(apis.flatMap(({ metadata }) => metadata.scopes))
  const documentation = apis.find(({ metadata }) => metadata.documentation)?.metadata.documentation
  return {
    apis: apis.map(({ name }) => name),
    hosts: apis.some(({ hosts }) => hosts.length === 0) ? [] : unique(apis.flatMap(({ hosts }) => hosts)),
    issuers: unique(apis.flatMap(({ issuer = '' }) => issuers.get(issuer)?.issuer ?? [])),
    scopes,
    order: unique([...apis.flatMap(scopesNamedBy), ...scopes]),
    name: apis.find(({ title }) => title)?.title ?? apis[0]?.name ?? '',
    ...(documentation !== undefined && { documentation }),
  }
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
