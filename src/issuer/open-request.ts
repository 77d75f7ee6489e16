import { type Agent, type ClientRequest, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { userAgent } from '../http/product.ts'
import { reasonOf } from './fetch-reason.ts'
import type { IssuerConnection } from './options.ts'
import { printableUrl } from './printable-url.ts'
import { proxyFor } from './proxy.ts'
import { basicCredentials, openTunnel, requestTo } from './tunnel.ts'

/** A request before it is sent. */
export type OpenedRequest = {
  readonly method: string
  readonly headers?: Readonly<Record<string, string>>
  /** Only its length is told here: the caller sends it. */
  readonly body?: string
  /** For calls that follow each other on one connection. Default: a connection of its own */
  readonly agent?: Agent
}

/**
 * Opens a request, through a proxy where one is named. By Node's own client: undici's whole index costs 12
 * MiB that pools alone do not need. Each request has a connection of its own unless the caller has an agent,
 * so that no idle socket is left behind until the next time, ten minutes later.
 */
export async function openRequest(
  target: URL,
  connection: IssuerConnection,
  { method, headers: own, body, agent }: OpenedRequest,
  signal: AbortSignal,
): Promise<ClientRequest> {
  const headers = {
    'Accept-Encoding': 'identity',
    'User-Agent': userAgent,
    ...own,
    ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(body)) }),
  }
  const request = target.protocol === 'https:' ? requestSecure : requestPlain
  const proxy = proxyFor(target, connection.proxy, process.env)
  if (proxy === undefined)
    return request(target, { method, headers, signal, agent: agent ?? false, ...connection.tls })
  try {
    const tunnel = await openTunnel(proxy, target, connection, signal)
    return request(target, { method, headers, signal, createConnection: () => tunnel })
  } catch (error) {
    if (target.protocol === 'https:' || signal.aborted) throw throughProxy(proxy, error)
    // Many proxies open tunnels to https alone: for plain http they are asked in absolute form (RFC 9112
    // section 3.2.2).
    const path = `${target.origin}${target.pathname}${target.search}`
    const absolute = { Host: target.host, ...basicCredentials('Authorization', target), ...headers }
    return requestTo(proxy, connection.tls?.ca, { method, path, headers: absolute, signal })
  }
}

function throughProxy(proxy: URL, error: unknown): Error {
  return new Error(`${reasonOf(error)} (through the proxy ${printableUrl(proxy.href)})`)
}
