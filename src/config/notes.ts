import type { ApiConfig, Config } from './config.ts'
import { metadataPlace, protectedResourcesOf, type Unplaced } from './protected-resources.ts'

/** Consequences of a configuration that are no fault of it. `scopegate check` prints each in a line. */
export function notesOf(config: Config): string[] {
  return [...unpublished(config), ...toBeRouted(config)]
}

/** Where nothing says how clients reach the gateway, nobody expects metadata. */
function unpublished({ apis, publicUrl }: Config): string[] {
  if (publicUrl === undefined) return []
  return apis.flatMap((api) => {
    const reason = isExpected(api) ? metadataPlace(api.resource, publicUrl) : undefined
    return typeof reason === 'string'
      ? [`no metadata (RFC 9728) of apis.${api.name}: ${reasons[reason]}`]
      : []
  })
}

function isExpected({ metadata, issuer }: ApiConfig): boolean {
  return metadata !== undefined && issuer !== undefined
}

const reasons: Readonly<Record<Unplaced, string>> = {
  'no publicUrl': 'publicUrl is not configured',
  'no URL': 'its resource is no URL',
  'another origin': 'its resource has another origin than publicUrl',
  'query or fragment': 'its resource has a query or a fragment',
  'irregular path': 'no request can have the path of its resource',
}

/** With a path in `publicUrl`, whatever is in front may send that path alone here. */
function toBeRouted(config: Config): string[] {
  const { publicUrl = '' } = config
  if (!/\/\/[^/]+\/./.test(publicUrl)) return []
  return protectedResourcesOf(config).map(
    ({ metadataUrl, path }) =>
      `${metadataUrl} must be routed here, as ${path}: metadata is looked for at the root, publicUrl has a path`,
  )
}
