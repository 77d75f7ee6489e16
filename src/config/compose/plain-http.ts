import { isLoopback } from '../../http/loopback.ts'

/** Where an http URL leads, which nothing encrypts; undefined for every other. */
export function plainHttp(url: string): 'loopback' | 'elsewhere' | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'http:') return undefined
  return isLoopback(hostname) ? 'loopback' : 'elsewhere'
}
