import { requestsIn } from '../../support/raw.ts'

/**
 * True when the upstream received something that it must not, in the words of the vector. Undefined for words
 * that are unknown here.
 */
export function violated(what: string, received: string): boolean | undefined {
  return checks.find(([words]) => words.test(what))?.[1](received, what)
}

type Check = (received: string, what: string) => boolean

/** The first whose words fit decides. */
const checks: readonly (readonly [words: RegExp, check: Check])[] = [
  [/^\/admin/, reachesAdmin],
  [/any identity header/, (received) => /x-user-id: (?!user1)/i.test(received)],
  [/^any header that folds/, (received) => foldedNames(received).some(isUserId)],
  [/^spoofed identity header$/, isSpoofed],
  [
    /^request lacking injected identity headers$/,
    (received) => received !== '' && !/\r\nX-User-Id: user1\r\n/.test(received),
  ],
  [/X-Smuggled/, isSmuggled],
  [/^(?:host |any host)/, (received) => /evil\.test|127\.0\.0\.1:1\r/.test(received)],
  [/^header upgrade/, (received) => /^(?:upgrade|http2-settings):/im.test(received)],
  [/^header /, (received, what) => headerNames(received).includes(what.slice(7).toLowerCase())],
  [/^x-user-id: admin$/, (received) => /x-user-id: admin/i.test(received)],
  [/^framing\/routing trailer/, (received) => /evil|Content-Length: 50/.test(received)],
  [/^a complete \(0-chunk/, (received) => received.endsWith('0\r\n\r\n')],
  [/^desynchronised body/, (received) => paths(received).length > 1],
  [/^anything but a body-less preflight/, (received) => /\r\n(?:x-user|authorization)/i.test(received)],
]

function reachesAdmin(received: string): boolean {
  return paths(received)
    .flatMap(readings)
    .some((path) => path.startsWith('/admin'))
}

function isUserId(foldedName: string): boolean {
  return foldedName.replace(/^-/, '') === 'x-user-id'
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
