import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { reasonOf } from './fetch-reason.ts'
import { type OpenedRequest, openRequest } from './open-request.ts'
import type { IssuerConnection } from './options.ts'
import { printableUrl } from './printable-url.ts'

/**
 * Longest time for one call, redirects included, in milliseconds. Requests that wait for keys, or for an
 * answer about their token, wait as long.
 */
export const issuerTimeoutMs = 5000
const mebibyte = 1024 * 1024
/** Redirects that are followed for one call. One more is an error. */
const redirectLimit = 3

export type IssuerRequest = OpenedRequest & {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /**
   * Longest response, in MiB. A longer one is given up, so that an issuer cannot fill the memory. Default: 1
   */
  readonly limitMiB?: number
  /** False: a redirect is the answer. Default: true */
  readonly followRedirects?: boolean
}

export type IssuerResponse = {
  /** Where it came from in the end. */
  readonly url: string
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/**
 * One call to an issuer, whose responses are not trusted: a bounded size, no redirect to another origin, and
 * no content coding (a small compressed response can hide a large one). A redirect that would turn another
 * method into GET is not followed. Whatever status comes is an answer. Throws an Error with a message for the
 * operator, which holds no secret of the URL. Default of `signal`: 5 s in all
 */
export async function callIssuer(
  url: string,
  connection: IssuerConnection,
  request: IssuerRequest,
  signal: AbortSignal = AbortSignal.timeout(issuerTimeoutMs),
): Promise<IssuerResponse> {
  let location = url
  for (let hop = 0; hop <= redirectLimit; hop++) {
    const response = await ask(location, connection, request, signal)
    const { statusCode: status = 0, headers } = response
    if (request.followRedirects !== false && isRedirect(status, request.method)) {
      response.destroy()
      location = sameOrigin(location, headers.location ?? '')
      continue
    }
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      response.destroy()
      throw new Error(`${printableUrl(location)} answered with a content coding`)
    }
    return { url: location, status, headers, text: await limitedText(response, location, request, signal) }
  }
  throw new Error(`${printableUrl(url)} redirects more than ${redirectLimit} times`)
}

/** 301, 302 and 303 make a GET of a POST (RFC 9110 section 15.4), which is no longer what was asked. */
function isRedirect(status: number, method: string): boolean {
  return method === 'GET' ? status >= 300 && status < 400 : status === 307 || status === 308
}

async function ask(
  url: string,
  connection: IssuerConnection,
  request: IssuerRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  try {
    const opened = await openRequest(new URL(url), connection, request, signal)
    return await new Promise((resolve, reject) => {
      opened.on('response', (response) => {
        // A destroyed response may emit an error, which is nobody's concern; one that is read rejects its
        // reader.
        response.on('error', () => {})
        resolve(response)
      })
      opened.on('error', reject).end(request.body)
    })
  } catch (error) {
    throw failure(url, error, signal)
  }
}

function sameOrigin(from: string, to: string): string {
  const target = URL.canParse(to, from) ? new URL(to, from) : undefined
  if (target === undefined || target.origin !== new URL(from).origin) {
    throw new Error(`${printableUrl(from)} redirects to another origin, which is not followed`)
  }
  return target.href
}

async function limitedText(
  body: IncomingMessage,
  url: string,
  { limitMiB = 1 }: IssuerRequest,
  signal: AbortSignal,
): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > limitMiB * mebibyte) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw failure(url, error, signal)
  }
  if (size > limitMiB * mebibyte) throw new Error(`${printableUrl(url)} sent more than ${limitMiB} MiB`)
  // A byte order mark may be ignored (RFC 8259 section 8.1), and Windows servers send one.
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function failure(url: string, error: unknown, signal: AbortSignal): Error {
  if (signal.aborted)
    return new Error(`${printableUrl(url)} did not answer within ${issuerTimeoutMs / 1000} s`)
  return new Error(`${printableUrl(url)} cannot be fetched: ${reasonOf(error)}`)
}
