import { describe, expect, onTestFinished, test } from 'vitest'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { createTestIssuer } from '../support/issuer.ts'
import { spawnGateway } from '../support/process.ts'
import { call, resource } from '../support/stage.ts'

async function twoWorkers() {
  const issuer = await createTestIssuer()
  onTestFinished(() => issuer.close())
  const upstream = await startHttpUpstream((_, response) => void response.end('answer'))
  const gateway = await spawnGateway(`
workers: 2
issuer: { url: "${issuer.url}" }
apis: { a: { resource: "${resource}", upstream: "${upstream.url}", routes: { /x: read } } }
`)
  const iat = Math.floor(Date.now() / 1000) - 60
  const tokenOf = (sub: string) => issuer.sign(issuer.claims(resource, { sub, iat }))
  const workersSeen = () =>
    new Set(gateway.logs().flatMap(({ worker, msg }) => (msg === 'request' ? [worker] : [])))
  return {
    gateway,
    tokenOf,
    workersSeen,
    statusOf: async (token: string) => (await call(gateway.port, '/x', { token })).status,
    revoke: (body: object) =>
      call(gateway.adminPort, '/revoke', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    pids: async () => {
      const { body } = await call(gateway.adminPort, '/readyz')
      return (JSON.parse(body).workers.each as { pid: number | null }[]).map(({ pid }) => pid)
    },
  }
}

type Gateway = Awaited<ReturnType<typeof twoWorkers>>

/** The statuses of requests at the same time, which both workers get. */
async function fromBoth({ statusOf, workersSeen }: Gateway, token: string): Promise<Set<number>> {
  const statuses = new Set<number>()
  const before = workersSeen().size
  for (let i = 0; i === 0 || (before < 2 && workersSeen().size < 2 && i < 20); i++)
    for (const status of await Promise.all(Array.from({ length: 8 }, () => statusOf(token))))
      statuses.add(status)
  return statuses
}

describe('POST /revoke with two workers', () => {
  test('is in force in both as soon as it is answered, the one that knew the token and the one that did not', async () => {
    const stage = await twoWorkers()
    const token = await stage.tokenOf('alice')
    expect(await fromBoth(stage, token)).toEqual(new Set([200]))
    expect(stage.workersSeen().size).toBe(2)
    expect((await stage.revoke({ sub: 'alice' })).status).toBe(200)
    expect(await fromBoth(stage, token)).toEqual(new Set([401]))
    expect(await stage.statusOf(await stage.tokenOf('bob'))).toBe(200)
  })

  test('is in force in a worker that is started again', async () => {
    const stage = await twoWorkers()
    const token = await stage.tokenOf('alice')
    expect(await fromBoth(stage, token)).toEqual(new Set([200]))
    await stage.revoke({ sub: 'alice' })
    const before = await stage.pids()
    for (const pid of before) if (pid !== null) process.kill(pid, 'SIGKILL')
    await expect
      .poll(async () => (await stage.pids()).every((pid) => pid !== null && !before.includes(pid)), {
        timeout: 10_000,
      })
      .toBe(true)
    expect(await fromBoth(stage, token)).toEqual(new Set([401]))
  })

  test('holds for a worker that is killed at that very moment', async () => {
    const stage = await twoWorkers()
    const token = await stage.tokenOf('alice')
    expect(await fromBoth(stage, token)).toEqual(new Set([200]))
    const [first] = await stage.pids()
    if (typeof first === 'number') process.kill(first, 'SIGKILL')
    const { status } = await stage.revoke({ sub: 'alice' })
    expect(status).toBe(200)
    await expect
      .poll(async () => (await stage.pids()).every((pid) => pid !== null), { timeout: 10_000 })
      .toBe(true)
    expect(await fromBoth(stage, token)).toEqual(new Set([401]))
  })

  test('is listed by the supervisor', async () => {
    const stage = await twoWorkers()
    await stage.revoke({ client: 'app' })
    const { body } = await call(stage.gateway.adminPort, '/revocations')
    expect(JSON.parse(body)).toMatchObject({ total: 1, cutOffs: [{ client: 'app' }] })
  })
})
