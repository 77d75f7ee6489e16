import { documentMethods } from '../config/own-paths.ts'
import type { RawHeaders } from '../http/request-head.ts'
import type { EndpointRequest, EndpointResponse, OwnEndpoint, Responded } from './own-endpoint.ts'

export type StaticDocument = Pick<OwnEndpoint, 'path' | 'hosts'> & {
  readonly contentType: string
  readonly body: Responded['body']
  /** A strong entity tag, quotes included. With it, whoever has the document already is told so. */
  readonly etag?: string
  /** Pages of these origins may read it, or those of any. */
  readonly origins: readonly string[] | 'any'
}

/** ChatGPT reads the documents of a plugin that runs on the developer's own machine from its pages. */
export const chatgptOrigins: readonly string[] = ['https://chat.openai.com', 'https://chatgpt.com']

/** A document that is the same for everybody, as long as its configuration is in force. */
export function createStaticDocument(document: StaticDocument): OwnEndpoint {
  const { path, hosts, contentType, body, etag, origins } = document
  const kept = ['Cache-Control', 'max-age=300', ...(etag === undefined ? [] : ['ETag', etag])]
  const headers = ['Content-Type', contentType, ...kept]
  return {
    path,
    hosts,
    methods: documentMethods,
    requires: 'nothing',
    respond({ head }) {
      const cors = corsHeaders(origins, head.origin)
      if (head.method === 'OPTIONS') return options(cors)
      if (etag !== undefined && hasCurrent(head.headers, etag))
        return { outcome: 'respond', status: 304, headers: [...kept, ...cors], body: '' }
      return { outcome: 'respond', status: 200, headers: [...headers, ...cors], body }
    },
  }
}

/** True when `If-None-Match` names the tag, or any (RFC 9110 section 13.1.2): `W/` makes no difference. */
function hasCurrent(headers: RawHeaders, etag: string): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== 'if-none-match') continue
    const tags = (headers[i + 1] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
    if (tags.includes(etag) || tags.includes('*')) return true
  }
  return false
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
