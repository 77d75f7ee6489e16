import { documentMethods } from '../config/own-paths.ts'
import type { EndpointRequest, EndpointResponse, OwnEndpoint } from './own-endpoint.ts'

export type StaticDocument = Pick<OwnEndpoint, 'path' | 'hosts'> & {
  readonly contentType: string
  /** ASCII. */
  readonly body: string
  /** Pages of these origins may read it, or those of any. */
  readonly origins: readonly string[] | 'any'
}

/** A document that is the same for everybody, as long as its configuration is in force. */
export function createStaticDocument(document: StaticDocument): OwnEndpoint {
  const { path, hosts, contentType, body, origins } = document
  const headers = ['Content-Type', contentType, 'Cache-Control', 'max-age=300']
  return {
    path,
    hosts,
    methods: documentMethods,
    requires: 'nothing',
    respond({ head }) {
      const cors = corsHeaders(origins, head.origin)
      if (head.method === 'OPTIONS') return options(cors)
      return { outcome: 'respond', status: 200, headers: [...headers, ...cors], body }
    },
  }
}

function corsHeaders(
  origins: StaticDocument['origins'],
  origin: EndpointRequest['head']['origin'],
): readonly string[] {
  if (origins === 'any') return ['Access-Control-Allow-Origin', '*']
  return origin !== undefined && origins.includes(origin)
    ? ['Vary', 'Origin', 'Access-Control-Allow-Origin', origin]
    : ['Vary', 'Origin']
}

/** Clients in pages send headers of their own with a GET, such as `MCP-Protocol-Version`. */
function options(cors: readonly string[]): EndpointResponse {
  const methods = documentMethods.join(', ')
  const headers = [
    ...['Allow', methods],
    ...['Access-Control-Allow-Methods', methods, 'Access-Control-Allow-Headers', '*'],
    ...cors,
  ]
  return { outcome: 'respond', status: 204, headers, body: '' }
}
