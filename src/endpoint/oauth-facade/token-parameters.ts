import type { RawHeaders } from '../../http/request-head.ts'
import type { EndpointRequest } from '../own-endpoint.ts'
import { invalidRequest, type OAuthError } from './oauth-error.ts'
import { type ParameterFault, type Parameters, parseForm, parseJson } from './parameters.ts'

/** As much as Logto takes, in bytes, and the time in which it must be here, in milliseconds. */
const bodyLimits = { bytes: 56 * 1024, withinMs: 10_000 }

/** The parameters of a token request; undefined when its client has left. */
export async function readTokenParameters({
  head,
  target,
  body: read,
}: EndpointRequest): Promise<Parameters | OAuthError | undefined> {
  const parse = parserOf(fieldOf(head.headers, 'content-type'))
  // Queries are in logs and histories.
  if (target.query !== undefined && target.query !== '')
    return invalidRequest('Parameters belong in the body, not in the query')
  if (parse === undefined || fieldOf(head.headers, 'content-encoding') !== undefined) return unreadable
  if ((head.contentLength ?? 0) > bodyLimits.bytes) return tooLarge
  const body = await read(bodyLimits)
  if (body === 'client left') return undefined
  if (body === 'too large') return tooLarge
  if (body === 'too slow') return tooSlow
  const parameters = parse(body)
  return 'fault' in parameters ? invalidRequest(parameters.fault) : parameters
}

type Parse = (body: Uint8Array) => Parameters | ParameterFault

function parserOf(contentType = ''): Parse | undefined {
  const type = contentType.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/x-www-form-urlencoded')
    return (body) => parseForm(Buffer.from(body).toString('latin1'))
  return type === 'application/json' ? parseJson : undefined
}

function fieldOf(headers: RawHeaders, name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) if (headers[i]?.toLowerCase() === name) return headers[i + 1]
  return undefined
}

const unreadable = invalidRequest(
  'Send the parameters as application/x-www-form-urlencoded or application/json, without a content coding',
)
const tooLarge: OAuthError = {
  ...invalidRequest('The body is larger than 56 KiB', 413),
  code: 'body_too_large',
}
const tooSlow: OAuthError = {
  ...invalidRequest(
    `The body came too slowly: all of it must be here within ${bodyLimits.withinMs / 1000} s`,
    408,
  ),
  code: 'request_timeout',
}
