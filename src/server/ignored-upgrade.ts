import type { IncomingMessage } from 'node:http'

/**
 * True for an upgrade that is ignored, as a server may do that does not offer it (RFC 9110 section 7.8). That
 * is `h2c`, which Java's HttpClient sends with every plain request, and with `all` every upgrade except
 * WebSocket. Node takes such a request off its parser, or goes on with it and loses the bytes behind the
 * head. So it has to be parsed again.
 */
export function isIgnored({ method, rawHeaders }: IncomingMessage, all: boolean): boolean {
  if (method === 'CONNECT') return false
  const offers = rawHeaders.filter((_, i) => i % 2 === 1 && isNamed(rawHeaders[i - 1], 'upgrade'))
  const isOther = all ? (offer: string) => !websocket.test(offer) : (offer: string) => h2c.test(offer)
  return offers.length > 0 && offers.every(isOther)
}

const h2c = /^[ \t]*h2c(?:-[0-9]+)?[ \t]*$/i
const websocket = /^[ \t]*websocket[ \t]*$/i

/** Writes the head as it was sent, without the upgrade. */
export function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]
    if (isNamed(name, 'upgrade') || isNamed(name, 'http2-settings')) continue
    text += `${name}: ${rawHeaders[i + 1]}\r\n`
  }
  return Buffer.from(`${text}\r\n`, 'latin1')
}

function isNamed(name: string | undefined, lowerCaseName: string): boolean {
  return name?.toLowerCase() === lowerCaseName
}
