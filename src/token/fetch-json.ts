import { type Dispatcher, request } from 'undici'

const timeoutMs = 5000
const limitBytes = 1024 * 1024
const redirectLimit = 3

type Body = Dispatcher.ResponseData['body']

/**
 * GET of a JSON document from the issuer, whose answers are not trusted: 5 s in all, 1 MiB, no redirect to another origin, no
 * content coding (a small compressed answer can hide a large one). Throws an Error with a message for the operator.
 */
export async function fetchJson(url: string): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs)
  let location = url
  for (let hop = 0; hop <= redirectLimit; hop++) {
    const { statusCode, headers, body } = await get(location, signal)
    if (statusCode >= 300 && statusCode < 400) {
      discard(body)
      location = sameOrigin(location, String(headers['location'] ?? ''))
      continue
    }
    const coding = headers['content-encoding'] ?? 'identity'
    if (statusCode === 200 && coding === 'identity') return parse(await limitedText(body, location), location)
    discard(body)
    throw new Error(`${location} answered ${statusCode === 200 ? 'with a content coding' : statusCode}`)
  }
  throw new Error(`${url} redirects more than ${redirectLimit} times`)
}

async function get(url: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const headers = { accept: 'application/json, application/jwk-set+json', 'accept-encoding': 'identity' }
  try {
    return await request(url, { signal, headers })
  } catch (error) {
    throw failure(url, error)
  }
}

/** Destroying a body that was not read makes it emit an error, which is nobody's concern. */
function discard(body: Body): void {
  body.on('error', () => {})
  body.destroy()
}

function sameOrigin(from: string, to: string): string {
  const target = URL.canParse(to, from) ? new URL(to, from) : undefined
  if (target === undefined || target.origin !== new URL(from).origin) {
    throw new Error(`${from} redirects to another origin, which is not followed`)
  }
  return target.href
}

async function limitedText(body: Body, url: string): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > limitBytes) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw failure(url, error)
  }
  if (size > limitBytes) throw new Error(`${url} sent more than 1 MiB`)
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${url} did not answer with JSON`)
  }
}

/** The reason in short; an AggregateError (every address of a name refused) has no message of its own. */
function failure(url: string, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(`${url} failed`)
  if (error.name === 'TimeoutError') return new Error(`${url} did not answer within ${timeoutMs / 1000} s`)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return new Error(`${url} cannot be fetched: ${error.message || code}`)
}
