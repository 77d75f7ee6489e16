import type { PublishedOpenApi } from '../config/chatgpt-config.ts'
import { openapiPaths } from '../config/own-paths.ts'
import type { OwnEndpoint } from './own-endpoint.ts'
import { chatgptOrigins, createStaticDocument } from './static-document.ts'

/** The OpenAPI document for ChatGPT, in JSON and in YAML (RFC 9512). */
export function createPublishedOpenApi(
  { json, yaml }: PublishedOpenApi,
  hosts: readonly string[],
): OwnEndpoint[] {
  const shared = { hosts, origins: chatgptOrigins }
  return [
    createStaticDocument({
      ...shared,
      ...{ path: openapiPaths.json, contentType: 'application/json', body: json.bytes, etag: json.etag },
    }),
    createStaticDocument({
      ...shared,
      ...{ path: openapiPaths.yaml, contentType: 'application/yaml', body: yaml.bytes, etag: yaml.etag },
    }),
  ]
}
