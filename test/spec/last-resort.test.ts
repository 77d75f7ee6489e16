import { writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { type GatewayProcess, spawnGateway, temporaryFolder } from '../support/process.ts'
import { call } from '../support/stage.ts'

/** A module that throws, or rejects, when its process gets SIGUSR2, with a message that quotes a client. */
function injected(fault: 'throws' | 'rejects'): readonly string[] {
  const file = join(temporaryFolder(), 'fault.mjs')
  const statement = fault === 'throws' ? 'throw error' : 'void Promise.reject(error)'
  writeFileSync(
    file,
    `process.on('SIGUSR2', function injectedFault() {
      const error = new TypeError('Bearer topsecret1\\ntopsecret2')
      ${statement}
    })`,
  )
  return ['--import', file]
}

/** An upstream that answers when it is told to. */
async function startUpstream() {
  const waiting: ServerResponse[] = []
  const { url } = await startHttpUpstream((_, response) => void waiting.push(response))
  return { url, waiting }
}

const config = (url: string, more = '') => `
${more}
apis: { a: { resource: https://a.test/, upstream: "${url}", routes: { /**: public } } }
`
const said = (gateway: GatewayProcess, text: string) =>
  gateway.logs().filter(({ msg }) => String(msg).includes(text))

describe('a fault that nobody caught', () => {
  test.each(['throws', 'rejects'] as const)(
    'and that %s leaves a line without its message, lets requests finish, and ends with 70',
    async (kind) => {
      const upstream = await startUpstream()
      const gateway = await spawnGateway(config(upstream.url), injected(kind))
      const held = call(gateway.port, '/held')
      await expect.poll(() => upstream.waiting.length, { timeout: 5000 }).toBe(1)
      gateway.child.kill('SIGUSR2')
      await expect.poll(() => said(gateway, 'nobody caught'), { timeout: 5000 }).toHaveLength(1)
      await expect
        .poll(() => call(gateway.port, '/x').catch(() => 'refused'), { timeout: 5000 })
        .toBe('refused')
      upstream.waiting[0]?.end('whole')
      expect(await held).toMatchObject({ status: 200, body: 'whole' })
      expect(await gateway.exited).toBe(70)
      const [line] = said(gateway, 'nobody caught')
      expect(line).toMatchObject({
        level: 'error',
        fault: expect.stringMatching(/^TypeError at .*injectedFault/),
      })
      expect(JSON.stringify(gateway.logs())).not.toContain('topsecret')
      expect(gateway.logs().at(-1)).toMatchObject({ level: 'error', msg: expect.stringMatching(/^stopped/) })
    },
  )

  test('cuts what is busy for longer than timeouts.shutdown', async () => {
    const upstream = await startUpstream()
    const gateway = await spawnGateway(
      config(upstream.url, 'timeouts: { shutdown: 300ms }'),
      injected('throws'),
    )
    const held = call(gateway.port, '/held').catch((error: NodeJS.ErrnoException) => error.code)
    await expect.poll(() => upstream.waiting.length, { timeout: 5000 }).toBe(1)
    gateway.child.kill('SIGUSR2')
    expect(await held).toBe('ECONNRESET')
    expect(await gateway.exited).toBe(70)
  })

  test('in a worker ends that worker, with its requests whole, and another takes its place', async () => {
    const upstream = await startUpstream()
    const gateway = await spawnGateway(config(upstream.url, 'workers: 2'), injected('throws'))
    const held = [call(gateway.port, '/1'), call(gateway.port, '/2')]
    await expect.poll(() => upstream.waiting.length, { timeout: 5000 }).toBe(2)
    const pids = async () => {
      const { workers } = JSON.parse((await call(gateway.adminPort, '/readyz')).body)
      return workers.each.map(({ pid }: { pid: number | null }) => pid) as (number | null)[]
    }
    const [first, second] = await pids()
    process.kill(first ?? 0, 'SIGUSR2')
    await expect.poll(() => said(gateway, 'nobody caught'), { timeout: 5000 }).toMatchObject([{ worker: 1 }])
    for (const response of upstream.waiting) response.end('whole')
    for (const answer of await Promise.all(held)) expect(answer).toMatchObject({ status: 200, body: 'whole' })
    await expect
      .poll(() => said(gateway, 'a worker ended'), { timeout: 5000 })
      .toMatchObject([{ worker: 1, exitCode: 70 }])
    await expect.poll(async () => (await pids())[0], { timeout: 10_000 }).toBeGreaterThan(0)
    expect(await pids()).toEqual([expect.not.toSatisfy((pid) => pid === first), second])
  })
})
