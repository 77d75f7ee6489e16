/** The parts of a response that the story looks at. */
export type Observed = {
  readonly status: number
  readonly challenge: string | null
  readonly body: Readonly<Record<string, unknown>>
}

export type Call = { readonly token?: string; readonly headers?: Readonly<Record<string, string>> }

/** Sends one request to the gateway. `request` is a method and a path, such as `GET /todos`. */
export async function send(gateway: string, request: string, { token, headers }: Call): Promise<Observed> {
  const [method = 'GET', path = '/'] = request.split(' ')
  const response = await fetch(`${gateway}${path}`, {
    method,
    headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    ...(method === 'POST' && { body: JSON.stringify({ title: 'Written by the demo' }) }),
  })
  const text = await response.text()
  return { status: response.status, challenge: response.headers.get('www-authenticate'), body: parse(text) }
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

/** `200, API saw X-User-Id: ...` or `403 insufficient_scope scope="write"`. */
export function describeAnswer(observed: Observed): string {
  const { status, challenge, body } = observed
  const seen = seenHeaders(observed)
  if (seen !== undefined) return `${status}, API saw ${identity(seen)}`
  const scope = / (scope="[^"]*")/.exec(challenge ?? '')?.[1]
  return [status, body['code'] ?? '(no code)', scope].filter((part) => part !== undefined).join(' ')
}

function identity(seen: Readonly<Record<string, unknown>>): string {
  const headers = ['X-User-Id', 'X-User-Scopes'].flatMap((name) => {
    const value = seen[name.toLowerCase()]
    return value === undefined ? [] : [`${name}: ${value}`]
  })
  return headers.length === 0 ? 'no identity' : headers.join(', ')
}

/** The headers that the sample API says it received; undefined when the response is not from it. */
export function seenHeaders({ body }: Observed): Readonly<Record<string, unknown>> | undefined {
  const seen = body['receivedHeaders']
  return typeof seen === 'object' && seen !== null ? { ...seen } : undefined
}
