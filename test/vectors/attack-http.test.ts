import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { createSigner, issuer } from '../support/keys.ts'
import { type Recorder, requestsIn, sendRaw, startRecorder } from '../support/raw.ts'
import { decidedOtherwise } from './decided-otherwise.ts'

type Vector = {
  readonly id: string
  readonly raw: string
  readonly expect: string
  readonly config?: string
  readonly close_after_ms?: number
}

// The vectors' own shape: see README of the set they were copied from.
const { vectors } = JSON.parse(readFileSync(join(import.meta.dirname, 'attack-http.json'), 'utf8')) as {
  vectors: Vector[]
}
const run = vectors.filter(({ id }) => !decidedOtherwise.some(({ ids }) => ids.test(id)))
const resource = 'https://api.test'
let recorder: Recorder
let gateway: TestGateway
let fill: (raw: string) => string

beforeAll(async () => {
  const signer = await createSigner(resource)
  recorder = await startRecorder()
  gateway = await startGateway(`
issuer: { url: "${issuer}", jwksFile: "${signer.jwksFile}" }
apis:
  test:
    hosts: [gateway.test]
    resource: ${resource}
    upstream: http://127.0.0.1:${recorder.port}
    identity: { headers: { X-User-Id: sub, X-User-Scopes: scope, X-Client-Id: client_id, X-User-Email: email } }
    routes:
      /public/**: { public: true, websocket: true }
      /admin/**: admin
      /api/**: { "GET, HEAD": read, "POST, PUT, PATCH, DELETE": write }
      /mcp: mcp
`)
  const tokens: Record<string, string> = {
    TOKEN_ADMIN: await signer.sign({ scope: 'admin' }),
    TOKEN_READ: await signer.sign({ scope: 'read' }),
    TOKEN_NOSCOPE: await signer.sign(),
  }
  fill = (raw) => raw.replace(/\{\{([A-Z_]+)\}\}/g, (_, name: string) => tokens[name] ?? 'none')
})
afterAll(async () => {
  await gateway.stop()
  await recorder.close()
})
beforeEach(() => recorder.clear())

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
  return received
    .split('\r\n')
    .map((line) => (line.split(':')[0] ?? '').toLowerCase().replace(/[^a-z0-9]/g, '-'))
}

/** What must not have been received, by the words of the vector. Undefined: these words are unknown here. */
function violated(what: string, received: string): boolean | undefined {
  if (what.startsWith('/admin'))
    return paths(received)
      .flatMap(readings)
      .some((path) => path.startsWith('/admin'))
  if (what.includes('any identity header')) return /x-user-id: (?!user1)/i.test(received)
  if (what.startsWith('any header that folds'))
    return foldedNames(received).some((name) => name.replace(/^-/, '') === 'x-user-id')
  if (what === 'spoofed identity header') {
    return (
      /evil|superuser|x.auth.request|x.forwarded.user|skipper|subrequest/i.test(received) ||
      foldedNames(received).filter((name) => name === 'x-user-id').length !== 1
    )
  }
  if (what === 'request lacking injected identity headers')
    return received !== '' && !/\r\nX-User-Id: user1\r\n/.test(received)
  if (what.includes('X-Smuggled')) {
    return paths(received).length > 1 || requestsIn(received).some(({ head }) => /^X-Smuggled/m.test(head))
  }
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

describe('attack-http', () => {
  test.each(run)(
    '$id is answered as $expect',
    async (vector) => {
      const answer = await sendRaw(gateway.port, fill(vector.raw), 700, vector.close_after_ms ?? 300)
      const received = recorder.received()
      if (vector.expect === 'allow') return expect(answer.status).toBeLessThan(500)
      if (vector.expect.startsWith('must-not-reach-upstream-as:')) {
        const what = vector.expect.slice('must-not-reach-upstream-as:'.length)
        return expect(violated(what, received), `${what}\n${received}`).toBe(false)
      }
      expect(received).toBe('')
      expect(answer.closed || (answer.status >= 400 && answer.status < 506), answer.text).toBe(true)
      if (vector.expect === 'reject-400') expect(answer.closed).toBe(true)
      return undefined
    },
    5000,
  )

  test('every entry of the list of exceptions still stands for a vector', () => {
    const stale = decidedOtherwise.filter(({ ids }) => !vectors.some(({ id }) => ids.test(id)))
    expect(stale).toEqual([])
  })
})
