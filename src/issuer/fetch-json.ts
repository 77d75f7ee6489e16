import { get as getPlain, type IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'

/**
 * Longest time for one document, redirects included, in milliseconds. Requests that wait for keys wait as
 * long.
 */
const timeoutMs = 5000
/** Longest document, in bytes. A longer one is given up, so that an issuer cannot fill the memory. */
const limitBytes = 1024 * 1024
/** Redirects that are followed for one document. One more is an error. */
const redirectLimit = 3

/**
 * Gets a JSON document from the issuer, whose responses are not trusted: 5 s in all, 1 MiB, no redirect to
 * another origin, no content coding (a small compressed response can hide a large one). Throws an Error with
 * a message for the operator.
 */
export async function fetchJson(url: string): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs)
  let location = url
  for (let hop = 0; hop <= redirectLimit; hop++) {
    const response = await get(location, signal)
    const { statusCode: status = 0, headers } = response
    if (status >= 300 && status < 400) {
      response.destroy()
      location = sameOrigin(location, headers.location ?? '')
      continue
    }
    const coding = headers['content-encoding'] ?? 'identity'
    if (status === 200 && coding === 'identity')
      return parse(await limitedText(response, location, signal), location)
    response.destroy()
    throw new Error(`${location} answered ${status === 200 ? 'with a content coding' : status}`)
  }
  throw new Error(`${url} redirects more than ${redirectLimit} times`)
}

/** By Node's own client: undici's whole index costs 12 MiB that pools alone do not need. */
async function get(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = { accept: 'application/json, application/jwk-set+json', 'accept-encoding': 'identity' }
  try {
    return await new Promise((resolve, reject) => {
      const getBy = url.startsWith('https:') ? getSecure : getPlain
      // A connection of its own: no idle socket is left behind until the next time, ten minutes later.
      const request = getBy(url, { signal, headers, agent: false }, (response) => {
        // A destroyed response may emit an error, which is nobody's concern; one that is read rejects its
        // reader.
        response.on('error', () => {})
        resolve(response)
      })
      request.on('error', reject)
    })
  } catch (error) {
    throw failure(url, error, signal)
  }
}

function sameOrigin(from: string, to: string): string {
  const target = URL.canParse(to, from) ? new URL(to, from) : undefined
  if (target === undefined || target.origin !== new URL(from).origin) {
    throw new Error(`${from} redirects to another origin, which is not followed`)
  }
  return target.href
}

async function limitedText(body: IncomingMessage, url: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > limitBytes) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw failure(url, error, signal)
  }
  if (size > limitBytes) throw new Error(`${url} sent more than 1 MiB`)
  // RFC 8259 section 8.1: a byte order mark may be ignored, and Windows servers send one.
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${url} did not answer with JSON`)
  }
}

/** The reason in short; an AggregateError (every address of a name refused) has no message of its own. */
function failure(url: string, error: unknown, signal: AbortSignal): Error {
  if (!(error instanceof Error)) return new Error(`${url} failed`)
  if (signal.aborted) return new Error(`${url} did not answer within ${timeoutMs / 1000} s`)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return new Error(`${url} cannot be fetched: ${error.message || code}`)
}
