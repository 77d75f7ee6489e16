import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { userAgent } from '../http/product.ts'
import { reasonOf } from './fetch-reason.ts'
import type { IssuerConnection } from './options.ts'
import { printableUrl } from './printable-url.ts'
import { proxyFor } from './proxy.ts'
import { basicCredentials, openTunnel, requestTo } from './tunnel.ts'

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
 * a message for the operator, which holds no secret of the URL.
 */
export async function fetchJson(url: string, connection: IssuerConnection): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs)
  let location = url
  for (let hop = 0; hop <= redirectLimit; hop++) {
    const response = await get(location, connection, signal)
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
    const what = status === 200 ? 'with a content coding' : status
    throw new Error(`${printableUrl(location)} answered ${what}`)
  }
  throw new Error(`${printableUrl(url)} redirects more than ${redirectLimit} times`)
}

async function get(url: string, connection: IssuerConnection, signal: AbortSignal): Promise<IncomingMessage> {
  try {
    const request = await open(new URL(url), connection, signal)
    return await new Promise((resolve, reject) => {
      request.on('response', (response) => {
        // A destroyed response may emit an error, which is nobody's concern; one that is read rejects its
        // reader.
        response.on('error', () => {})
        resolve(response)
      })
      request.on('error', reject).end()
    })
  } catch (error) {
    throw failure(url, error, signal)
  }
}

const headers = {
  Accept: 'application/json, application/jwk-set+json',
  'Accept-Encoding': 'identity',
  'User-Agent': userAgent,
}

/**
 * By Node's own client: undici's whole index costs 12 MiB that pools alone do not need. Each request has a
 * connection of its own, so that no idle socket is left behind until the next time, ten minutes later.
 */
async function open(target: URL, connection: IssuerConnection, signal: AbortSignal): Promise<ClientRequest> {
  const request = target.protocol === 'https:' ? requestSecure : requestPlain
  const proxy = proxyFor(target, connection.proxy, process.env)
  if (proxy === undefined) return request(target, { headers, signal, agent: false, ...connection.tls })
  try {
    const tunnel = await openTunnel(proxy, target, connection, signal)
    return request(target, { headers, signal, createConnection: () => tunnel })
  } catch (error) {
    if (target.protocol === 'https:' || signal.aborted) throw throughProxy(proxy, error)
    // Many proxies open tunnels to https alone: for plain http they are asked in absolute form (RFC 9112
    // section 3.2.2).
    const path = `${target.origin}${target.pathname}${target.search}`
    const own = { ...headers, Host: target.host, ...basicCredentials('Authorization', target) }
    return requestTo(proxy, connection.tls?.ca, { method: 'GET', path, headers: own, signal })
  }
}

function throughProxy(proxy: URL, error: unknown): Error {
  return new Error(`${reasonOf(error)} (through the proxy ${printableUrl(proxy.href)})`)
}

function sameOrigin(from: string, to: string): string {
  const target = URL.canParse(to, from) ? new URL(to, from) : undefined
  if (target === undefined || target.origin !== new URL(from).origin) {
    throw new Error(`${printableUrl(from)} redirects to another origin, which is not followed`)
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
  if (size > limitBytes) throw new Error(`${printableUrl(url)} sent more than 1 MiB`)
  // A byte order mark may be ignored (RFC 8259 section 8.1), and Windows servers send one.
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${printableUrl(url)} did not answer with JSON`)
  }
}

function failure(url: string, error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return new Error(`${printableUrl(url)} did not answer within ${timeoutMs / 1000} s`)
  return new Error(`${printableUrl(url)} cannot be fetched: ${reasonOf(error)}`)
}
