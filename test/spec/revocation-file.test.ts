import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTestIssuer } from '../support/issuer.ts'
import { cli, temporaryFolder } from '../support/process.ts'
import { call, resource } from '../support/stage.ts'

/** A gateway in a process of its own that keeps cut-offs in a file, and can be started again with it. */
async function keepingStage(workers = 1) {
  const issuer = await createTestIssuer()
  onTestFinished(() => issuer.close())
  const folder = temporaryFolder()
  const [yaml, file] = [join(folder, 'gateway.yaml'), join(folder, 'revocations.jsonl')]
  writeFileSync(
    yaml,
    `listen: 127.0.0.1:0
admin: { listen: "127.0.0.1:0" }
workers: ${workers}
issuer: { url: "${issuer.url}" }
revocation: { file: revocations.jsonl }
apis: { a: { resource: "${resource}", upstream: http://127.0.0.1:9, routes: { /x: read } } }
`,
  )
  /** An access token from a minute ago. */
  const tokenOf = (sub: string) =>
    issuer.sign(issuer.claims(resource, { sub, iat: Math.floor(Date.now() / 1000) - 60 }))
  return { file, tokenOf, start: (shell = '') => start(yaml, shell) }
}

/** `shell` comes before the program, such as `ulimit -f 1;`. */
async function start(yaml: string, shell: string) {
  const args = ['-c', `${shell} exec "$0" "$@"`, process.execPath, cli, 'serve', yaml]
  const child = spawn('sh', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += String(chunk)
    })
  const exited = once(child, 'close').then(([status]) => status as number)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const listening = () => /^.*"msg":"listening".*$/m.exec(text)?.[0]
  await expect.poll(() => listening() ?? child.exitCode ?? undefined, { timeout: 10_000 }).toBeDefined()
  const portOf = (key: string) =>
    Number(
      JSON.parse(listening() ?? '{}')
        [key]?.split(':')
        .at(-1),
    )
  return {
    text: () => text,
    exited,
    revoke: (body: object) =>
      call(portOf('admin'), '/revoke', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    /** 401 when it is refused; otherwise 502, since nobody listens at the upstream. */
    statusOf: async (token: string) => (await call(portOf('listen'), '/x', { token })).status,
    async stop(signal: NodeJS.Signals = 'SIGTERM') {
      child.kill(signal)
      await exited
    },
  }
}

describe('revocation.file', () => {
  test.each([1, 2])('keeps cut-offs over a restart, also after a crash, with %i workers', async (workers) => {
    const stage = await keepingStage(workers)
    const [alice, bob, carol] = [
      await stage.tokenOf('alice'),
      await stage.tokenOf('bob'),
      await stage.tokenOf('carol'),
    ]
    const first = await stage.start()
    expect((await first.revoke({ sub: 'alice' })).status).toBe(200)
    await first.stop('SIGKILL')
    const second = await stage.start()
    expect(await second.statusOf(alice)).toBe(401)
    expect((await second.revoke({ sub: 'bob' })).status).toBe(200)
    await second.stop()
    const third = await stage.start()
    expect(await Promise.all([alice, bob, carol].map(third.statusOf))).toEqual([401, 401, 502])
  })

  test('drops a last line that was cut short', async () => {
    const stage = await keepingStage()
    const alice = await stage.tokenOf('alice')
    const first = await stage.start()
    await first.revoke({ sub: 'alice' })
    await first.stop('SIGKILL')
    const whole = readFileSync(stage.file, 'utf8')
    writeFileSync(stage.file, whole + whole.slice(0, 40))
    const second = await stage.start()
    expect(await second.statusOf(alice)).toBe(401)
    await second.revoke({ sub: 'bob' })
    const lines = readFileSync(stage.file, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).sub)).toEqual(['alice', 'bob'])
  })

  test('stops the start when it is damaged, and names the line', async () => {
    const stage = await keepingStage()
    writeFileSync(stage.file, '{"issuer":"https://i","all":true,"before":"2026-01-31T12:00:00Z"}\ngarbage\n')
    const gateway = await stage.start()
    expect(await gateway.exited).toBe(1)
    expect(gateway.text()).toContain(`${stage.file}:2 is damaged`)
  })

  test('that is full leaves cut-offs in force, and is whole and goes on once there is room', async () => {
    const stage = await keepingStage()
    // Of blocks of 512 bytes: about five cut-offs fit.
    const first = await stage.start('ulimit -f 1;')
    const kept: string[] = []
    let refused: string | undefined
    for (let i = 0; refused === undefined && i < 20; i++) {
      const { status, body } = await first.revoke({ sub: `user${i}` })
      if (status === 200) kept.push(`user${i}`)
      else {
        refused = `user${i}`
        expect(status).toBe(503)
        expect(body).toMatch(/in force.*EFBIG.*revocation\.file/)
      }
    }
    expect(kept.length).toBeGreaterThan(2)
    expect(await first.statusOf(await stage.tokenOf(refused ?? ''))).toBe(401)
    await first.stop()
    const second = await stage.start()
    for (const id of kept) expect(await second.statusOf(await stage.tokenOf(id))).toBe(401)
    expect((await second.revoke({ sub: refused })).status).toBe(200)
    const lines = readFileSync(stage.file, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).sub)).toEqual([...kept, refused])
  })
})
