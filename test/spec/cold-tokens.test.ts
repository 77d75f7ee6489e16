import { execFileSync } from 'node:child_process'
import { close, open, openSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/process.ts'
import { createStage, guarding } from '../support/stage.ts'

/**
 * Holds every thread that verifies: opening a pipe blocks until it is opened for writing too, which the
 * function that comes back does.
 */
function holdThreads(): () => void {
  const pipe = join(temporaryFolder(), 'pipe')
  execFileSync('mkfifo', [pipe])
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4)
  for (let i = 0; i < threads; i++) open(pipe, 'r', (_error, file) => close(file))
  let held = true
  const release = () => {
    if (held) close(openSync(pipe, 'r+'))
    held = false
  }
  onTestFinished(release)
  return release
}

type Answer = { readonly status: number; readonly retryAfter: string | undefined }

/** One request on a connection of its own, from an address of loopback. */
function ask(port: number, token: string, localAddress: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}` }
    const options = { host: '127.0.0.1', port, path: '/me', headers, localAddress, agent: false }
    httpRequest(options, (response) => {
      const { statusCode: status = 0, headers: fields } = response
      response.resume().on('end', () => resolve({ status, retryAfter: fields['retry-after'] }))
    })
      .on('error', reject)
      .end()
  })
}

test('while one client floods the gateway with wrong signatures, it alone is turned away, and known tokens pass', async () => {
  const stage = await createStage(guarding('/me: authenticated'))
  const known = await stage.token()
  expect((await stage.call('/me', { token: known })).status).toBe(200)
  const fresh = await stage.token({ sub: 'user2' })
  const later = await stage.token({ sub: 'user3' })
  const forged = (i: number) => known.replace(/.{8}(.{16})$/, `${String(i).padStart(8, 'A')}$1`)

  const release = holdThreads()
  const refused: Answer[] = []
  const flood = Array.from({ length: 1050 }, async (_, i) => {
    const answer = await ask(stage.gateway.port, forged(i), '127.0.0.9')
    if (answer.status === 503) refused.push(answer)
    return answer.status
  })
  // A thousand wait, as many run as there are cores to spare.
  await expect.poll(() => refused.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(47)
  const busyLine = stage.gateway.logs.find(({ code }) => code === 'verification_busy')
  expect(refused[0]?.retryAfter).toBe('1')
  expect(busyLine).toMatchObject({ status: 503, outcome: 'refuse', tokenKind: 'jwt', remote: '127.0.0.9' })

  expect((await stage.call('/me', { token: known })).status).toBe(200)
  const waiting = ask(stage.gateway.port, fresh, '127.0.0.1')

  release()
  expect((await waiting).status).toBe(200)
  const statuses = await Promise.all(flood)
  expect(new Set(statuses)).toEqual(new Set([401, 503]))
  expect(statuses.filter((status) => status === 503).length).toBeLessThanOrEqual(50)
  expect((await stage.call('/me', { token: later })).status).toBe(200)
})
