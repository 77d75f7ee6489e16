import type { RequestListener } from 'node:http'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { ask } from '../../../../src/commands/chatgpt/ask.ts'
import { startHttpUpstream } from '../../../support/http-upstream.ts'

const options = { timeoutMs: 5000, connection: {}, mend: 'mend it' }

async function answerOf(handle: RequestListener, more: Partial<typeof options> = {}) {
  const { url } = await startHttpUpstream(handle)
  return ask({ method: 'GET', url: `${url}/x` }, { ...options, ...more })
}

test('a form is sent, and a redirect is an answer', async () => {
  let body = ''
  const { url } = await startHttpUpstream(async (req, res) => {
    for await (const chunk of req) body += chunk
    res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(req.headers['content-type'])
  })
  const answer = await ask({ method: 'POST', url, form: { a: 'b c' } }, options)
  expect([answer.status, answer.text, body]).toEqual([302, 'application/x-www-form-urlencoded', 'a=b+c'])
})

test.each([
  ['gzip', gzipSync('hello')],
  ['br', brotliCompressSync('hello')],
])('%s that nobody asked for is read', async (coding, body) => {
  const answer = await answerOf((_, res) => res.writeHead(200, { 'content-encoding': coding }).end(body))
  expect(answer.text).toBe('hello')
})

test('an answer without end is given up at 4 MiB, a small one that unpacks to it too', async () => {
  const zeros = Buffer.alloc(40 * 1024 * 1024)
  const packed = await answerOf((_, res) =>
    res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(zeros)),
  )
  expect(packed.text).toHaveLength(4 * 1024 * 1024)
  const endless = await answerOf((_, res) => {
    const more = () => {
      while (!res.destroyed && res.write('x'.repeat(65_536)));
      if (!res.destroyed) res.once('drain', more)
    }
    more()
  })
  expect(endless.text).toHaveLength(4 * 1024 * 1024)
})

test('a coding that is broken, an answer that is too slow, and nobody are faults with a mend', async () => {
  const broken = answerOf((_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'))
  await expect(broken).rejects.toMatchObject({
    mend: 'mend it',
    message: expect.stringContaining('cannot be reached'),
  })
  const slow = answerOf(() => {}, { timeoutMs: 50 })
  await expect(slow).rejects.toMatchObject({ message: expect.stringContaining('within 0.05 s') })
  const trickle = answerOf((_, res) => void res.writeHead(200).write('a'), { timeoutMs: 50 })
  await expect(trickle).rejects.toMatchObject({ message: expect.stringContaining('within 0.05 s') })
  const nobody = ask({ method: 'GET', url: 'http://127.0.0.1:1/a?secret=1' }, options)
  await expect(nobody).rejects.toMatchObject({ message: expect.not.stringContaining('secret') })
})
