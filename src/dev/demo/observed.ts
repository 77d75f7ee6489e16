import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'

/** The parts of a response that the demo looks at. */
export type Observed = {
  readonly status: number
  readonly challenge: string | undefined
  /** Empty when the body is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>
}

export type Call = {
  readonly method: string
  readonly path: string
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Sends one request to the gateway. Rejects when there is no response. */
export function send(gateway: string, { method, path, token, headers }: Call): Promise<Observed> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      `${gateway}${path}`,
      {
        method,
        headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      },
      (response) => {
        const { statusCode: status = 0, headers: received } = response
        const challenge = received['www-authenticate']
        text(response).then((body) => resolve({ status, challenge, body: parse(body) }), reject)
      },
    )
    sent.on('error', reject)
    sent.end(method === 'POST' ? JSON.stringify({ title: 'Written by the demo' }) : undefined)
  })
}

function parse(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body))
  } catch {
    return {}
  }
}

/** `API saw X-User-Id: ...` or `insufficient_scope, scope="write"`. */
export function describeResponse(observed: Observed): string {
  const { challenge, body } = observed
  const seen = seenHeaders(observed)
  if (seen !== undefined) return `API saw ${identity(seen)}`
  const scope = / (scope="[^"]*")/.exec(challenge ?? '')?.[1]
  return [body['code'] ?? '(no code)', scope].filter((part) => part !== undefined).join(', ')
}

function identity(seen: Readonly<Record<string, unknown>>): string {
  const who =
    seen['x-user-id'] === undefined && seen['x-client-id'] !== undefined ? 'X-Client-Id' : 'X-User-Id'
  const headers = [who, 'X-User-Scopes'].flatMap((name) => {
    const value = seen[name.toLowerCase()]
    return value === undefined ? [] : [`${name}: ${value}`]
  })
  return headers.length === 0 ? 'no identity' : headers.join(', ')
}

/** The headers that the sample API says it received; undefined when the response is not from it. */
export function seenHeaders({ body }: Pick<Observed, 'body'>): Readonly<Record<string, unknown>> | undefined {
  const seen = body['receivedHeaders']
  return typeof seen === 'object' && seen !== null ? { ...seen } : undefined
}
