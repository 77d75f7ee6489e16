import type { ProtectedResource } from '../config/protected-resources.ts'
import { asciiJson } from '../http/ascii-json.ts'
import type { OwnEndpoint } from './own-endpoint.ts'
import { createStaticDocument } from './static-document.ts'

/** The metadata of a protected resource (RFC 9728). */
export function createProtectedResource(resource: ProtectedResource): OwnEndpoint {
  const { path, hosts } = resource
  const body = asciiJson(metadataOf(resource))
  return createStaticDocument({ path, hosts, contentType: 'application/json', body, origins: 'any' })
}

/** An empty list would be left out (RFC 9728 section 3.2). */
function metadataOf({ resource, issuers, scopes, name, documentation }: ProtectedResource) {
  return {
    resource,
    authorization_servers: issuers,
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    resource_name: name,
    ...(documentation !== undefined && { resource_documentation: documentation }),
  }
}
