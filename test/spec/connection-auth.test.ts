import { describe, expect, test } from 'vitest'
import { createStage, guarding } from '../support/stage.ts'

const forwarding = (routes: string) =>
  guarding(routes).replace('upstream:', 'authorization: forward\n    upstream:')
const answering = (status: number, ...challenges: readonly string[]) => {
  const fields = challenges.map((challenge) => `WWW-Authenticate: ${challenge}\r\n`).join('')
  return (socket: { write(text: string): void }) =>
    socket.write(`HTTP/1.1 ${status} X\r\n${fields}Content-Length: 0\r\n\r\n`)
}

describe('credentials that sign a connection in', () => {
  test.each(['NTLM TlRMTVNTUAAB', 'negotiate YII=', 'Kerberos x', 'Nego2 x'])(
    'are refused where they would be forwarded: %s',
    async (Authorization) => {
      const stage = await createStage(forwarding('/open: public\n/maybe: optional\n/todos: read'))
      for (const path of ['/open', '/maybe', '/todos']) {
        const answer = await stage.call(path, { headers: { Authorization } })
        expect(answer.status).toBe(401)
        expect(answer.problem.code).toBe('unsupported_credentials')
        expect(answer.headers['www-authenticate']).toBe('Bearer realm="scopegate"')
      }
      expect(stage.upstream.received()).toBe('')
    },
  )

  test('are dropped like any other where nothing is forwarded, and other schemes pass where they are', async () => {
    const stripped = await createStage(guarding('/open: public'))
    expect((await stripped.call('/open', { headers: { Authorization: 'NTLM x' } })).status).toBe(200)
    expect(stripped.upstreamHeader('Authorization')).toBeUndefined()
    const forwarded = await createStage(forwarding('/open: public'))
    expect((await forwarded.call('/open', { headers: { Authorization: 'Basic bnRsbQ==' } })).status).toBe(200)
    expect(forwarded.upstreamHeader('Authorization')).toBe('Basic bnRsbQ==')
  })
})

describe('an upstream that asks for them', () => {
  test('is heard in its other challenges only', async () => {
    const stage = await createStage(
      forwarding('/open: public'),
      answering(401, 'Negotiate', 'NTLM, Basic realm="files"'),
    )
    const { status, headers } = await stage.call('/open')
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toBe('Basic realm="files"')
  })

  test('and for nothing else cannot be served: 502', async () => {
    const stage = await createStage(forwarding('/open: public'), answering(401, 'Negotiate', 'NTLM'))
    const answer = await stage.call('/open')
    expect(answer.status).toBe(502)
    expect(answer.problem.code).toBe('upstream_protocol')
    expect(answer.problem.detail).toContain('NTLM')
  })

  test('is not heard at all when it proves itself in a response that succeeded', async () => {
    const stage = await createStage(forwarding('/open: public'), answering(200, 'Negotiate oYG2'))
    const { status, headers } = await stage.call('/open')
    expect(status).toBe(200)
    expect(headers['www-authenticate']).toBeUndefined()
  })
})
