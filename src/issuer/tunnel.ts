import { type ClientRequest, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { connect as connectTls, rootCertificates } from 'node:tls'
import { userAgent } from '../http/product.ts'
import type { IssuerConnection } from './options.ts'
import { hostOf } from './proxy.ts'

/**
 * Opens a tunnel through a proxy (RFC 9110 section 9.3.6), with TLS in it for https. The certificate is
 * checked against the target's own name, so that the proxy sees nothing of what passes. Rejects as a
 * connection does.
 */
export async function openTunnel(
  proxy: URL,
  target: URL,
  { tls }: IssuerConnection,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await connectThrough(proxy, target, tls?.ca, signal)
  if (target.protocol === 'http:') return socket
  const host = hostOf(target)
  const servername = isIP(host) === 0 ? { servername: host } : {}
  return connectTls({ socket, host, ...servername, ...tls, ALPNProtocols: ['http/1.1'] })
}

function connectThrough(
  proxy: URL,
  target: URL,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = `${target.hostname}:${target.port || (target.protocol === 'https:' ? 443 : 80)}`
  const refusal = (status = 0) => new Error(`the proxy answered ${status} to CONNECT ${authority}`)
  return new Promise((resolve, reject) => {
    const headers = { Host: authority, 'User-Agent': userAgent }
    const request = requestTo(proxy, ca, { method: 'CONNECT', path: authority, headers, signal })
    request.once('connect', ({ statusCode = 0 }, socket, early) => {
      if (early.length > 0) socket.unshift(early)
      if (statusCode >= 200 && statusCode < 300) return resolve(socket)
      socket.destroy()
      reject(refusal(statusCode))
    })
    request.once('error', reject).end()
  })
}

export type ProxyRequest = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/**
 * A request to the proxy itself, with its credentials. The certificate of a company's proxy is often the
 * company's own.
 */
export function requestTo(
  proxy: URL,
  ca: string | undefined,
  { headers, ...request }: ProxyRequest,
): ClientRequest {
  const options = {
    ...request,
    host: hostOf(proxy),
    port: proxy.port,
    headers: { ...headers, ...basicCredentials('Proxy-Authorization', proxy) },
    agent: false as const,
  }
  if (proxy.protocol === 'http:') return requestPlain(options)
  return requestSecure({ ...options, ...(ca !== undefined && { ca: [...rootCertificates, ca] }) })
}

/** The user and password of a URL as a header (RFC 7617); nothing where it has none. */
export function basicCredentials(header: string, { username, password }: URL): Record<string, string> {
  if (username === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { [header]: `Basic ${Buffer.from(credentials).toString('base64')}` }
}
