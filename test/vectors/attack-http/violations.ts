import { requestsIn } from '../../support/raw.ts'

/** What must not have been received, by the words of the vector. Undefined: these words are unknown here. */
export function violated(what: string, received: string): boolean | undefined {
  if (what.startsWith('/admin'))
    return paths(received)
      .flatMap(readings)
      .some((path) => path.startsWith('/admin'))
  if (what.includes('any identity header')) return /x-user-id: (?!user1)/i.test(received)
  if (what.startsWith('any header that folds'))
    return foldedNames(received).some((name) => name.replace(/^-/, '') === 'x-user-id')
  if (what === 'spoofed identity header') return isSpoofed(received)
  if (what === 'request lacking injected identity headers')
    return received !== '' && !/\r\nX-User-Id: user1\r\n/.test(received)
  if (what.includes('X-Smuggled')) return isSmuggled(received)
  if (what.startsWith('host ') || what.startsWith('any host'))
    return /evil\.test|127\.0\.0\.1:1\r/.test(received)
  if (what.startsWith('header upgrade')) return /^(?:upgrade|http2-settings):/im.test(received)
  if (what.startsWith('header ')) return headerNames(received).includes(what.slice(7).toLowerCase())
  if (what === 'x-user-id: admin') return /x-user-id: admin/i.test(received)
  if (what.startsWith('framing/routing trailer')) return /evil|Content-Length: 50/.test(received)
  if (what.startsWith('a complete (0-chunk')) return received.endsWith('0\r\n\r\n')
  if (what.startsWith('desynchronised body')) return paths(received).length > 1
  if (what.startsWith('anything but a body-less preflight'))
    return /\r\n(?:x-user|authorization)/i.test(received)
  return undefined
}

function isSpoofed(received: string): boolean {
  const evil = /evil|superuser|x.auth.request|x.forwarded.user|skipper|subrequest/i.test(received)
  return evil || foldedNames(received).filter((name) => name === 'x-user-id').length !== 1
}

function isSmuggled(received: string): boolean {
  const requests = requestsIn(received)
  return requests.length > 1 || requests.some(({ head }) => /^X-Smuggled/m.test(head))
}

/** Everything that a lenient upstream may take a path for. */
function readings(path: string): string[] {
  const decode = (text: string) =>
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const found = [path, decode(path), decode(decode(path))]
  return found.flatMap((text) => {
    const folded = text
      .replaceAll('\\', '/')
      .replace(/;[^/]*/g, '')
      .replace(/\/{2,}/g, '/')
    const resolved = URL.canParse(folded, 'http://h') ? new URL(folded, 'http://h').pathname : folded
    return [text, folded, resolved].map((form) => form.toLowerCase())
  })
}

function paths(received: string): string[] {
  return requestsIn(received).map(({ head }) => head.split(' ')[1]?.split('?')[0] ?? '')
}

function headerNames(received: string): string[] {
  return received.split('\r\n').map((line) => (line.split(':')[0] ?? '').toLowerCase())
}

function foldedNames(received: string): string[] {
  return headerNames(received).map((name) => name.replace(/[^a-z0-9]/g, '-'))
}
