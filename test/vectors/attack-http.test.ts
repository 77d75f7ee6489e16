import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { createSigner, issuer } from '../support/keys.ts'
import { type RawAnswer, type Recorder, sendRaw, startRecorder } from '../support/raw.ts'
import { scenes } from './attack-http/scenes.ts'
import { type HttpVector, httpVectors } from './attack-http/vector.ts'
import { violated } from './attack-http/violations.ts'
import { findDecided } from './decided-otherwise.ts'

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
  // The first sight of a token costs a verification, which a busy machine takes its time for.
  for (const name of Object.keys(tokens)) {
    const head = `GET /mcp HTTP/1.1\r\nHost: gateway.test\r\nAuthorization: Bearer {{${name}}}\r\nConnection: close\r\n\r\n`
    await sendRaw(gateway.port, fill(head), 5000)
  }
})
afterAll(async () => {
  await gateway.stop()
  await recorder.close()
})
beforeEach(() => recorder.clear())

async function send({ raw, close_after_ms = 300 }: HttpVector): Promise<RawAnswer> {
  return sendRaw(gateway.port, fill(raw), 700, close_after_ms)
}

/** Answered by the gateway in one of these ways, or closed without an answer. */
function isRefusal({ status, closed }: RawAnswer): boolean {
  if (status === 0) return closed
  return (status >= 400 && status < 500) || status === 501 || status === 505
}

async function play(vector: HttpVector): Promise<void> {
  const answer = await send(vector)
  const received = recorder.received()
  if (vector.expect === 'allow') {
    expect(answer.status, answer.text).toBe(200)
    expect(received).not.toBe('')
  } else if (vector.expect.startsWith(unlike)) {
    const what = vector.expect.slice(unlike.length)
    expect(violated(what, received), `${what}\n${received}`).toBe(false)
  } else {
    expect(received).toBe('')
    expect(isRefusal(answer), answer.text).toBe(true)
    if (vector.expect === 'reject-400') expect(answer.closed).toBe(true)
  }
}

const unlike = 'must-not-reach-upstream-as:'

describe('attack-http', () => {
  for (const vector of httpVectors) {
    const decided = findDecided(vector.id)
    if (decided !== undefined && decided.answer === undefined) continue
    const scene = scenes[vector.id] ?? play
    test(`${vector.id} is answered as ${decided?.answer ?? vector.expect}`, () => scene(vector), 60_000)
  }

  test.each(httpVectors.filter(({ limits }) => limits !== undefined))(
    '$id takes $limits.max_ms ms at most',
    async (vector) => {
      const times: number[] = []
      // The fastest of some: the others had to share the machine.
      for (let i = 0; i < 5; i++) {
        const startedMs = performance.now()
        await send(vector)
        times.push(performance.now() - startedMs)
      }
      expect(Math.min(...times)).toBeLessThan(vector.limits?.max_ms ?? 0)
    },
  )

  test('every scene is for a vector', () => {
    const ids = httpVectors.map(({ id }) => id)
    expect(Object.keys(scenes).filter((id) => !ids.includes(id))).toEqual([])
  })
})
