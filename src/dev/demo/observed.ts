/** What came back for one request. */
export type Observed = {
  readonly status: number
  readonly challenge: string | null
  readonly body: Readonly<Record<string, unknown>>
}

export type Call = { readonly token?: string; readonly headers?: Readonly<Record<string, string>> }

/** Sends `GET /path` to the gateway and keeps what the story looks at. */
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
  const told = ['X-User-Id', 'X-User-Scopes'].flatMap((name) => {
    const value = seen[name.toLowerCase()]
    return value === undefined ? [] : [`${name}: ${value}`]
  })
  return told.length === 0 ? 'no identity' : told.join(', ')
}

/** What the sample API says it received; undefined when the answer is not from it. */
export function seenHeaders({ body }: Observed): Readonly<Record<string, unknown>> | undefined {
  const seen = body['receivedHeaders']
  return typeof seen === 'object' && seen !== null ? { ...seen } : undefined
}
