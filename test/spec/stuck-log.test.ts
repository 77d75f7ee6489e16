import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, cpSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFifo } from '../support/fifo.ts'
import { scrape } from '../support/metrics.ts'
import { cli, temporaryFolder } from '../support/process.ts'
import { call } from '../support/stage.ts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // A TCP listener has no other address.
  server.close()
  await once(server, 'close')
  return port
}

/** A gateway without routes that logs to this descriptor, or to a socket of which nobody reads. */
async function start(stdout: number | 'pipe', more = '', nodeFlags: readonly string[] = [], program = cli) {
  const [port, adminPort] = [await freePort(), await freePort()]
  const folder = temporaryFolder()
  const file = join(folder, 'gateway.yaml')
  writeFileSync(
    file,
    `
listen: 127.0.0.1:${port}
admin: { listen: "127.0.0.1:${adminPort}" }
apis: { a: { resource: https://a.test/, upstream: "http://127.0.0.1:1", routes: {} } }
${more}`,
  )
  chmodSync(folder, 0o755)
  const child = spawn(process.execPath, [...nodeFlags, program, 'serve', '--config', file], {
    stdio: ['ignore', stdout, 'inherit'],
  })
  // Not `close`, which waits until what the process wrote has been read.
  const exited = once(child, 'exit').then(([status, signal]) => (status ?? signal) as number | NodeJS.Signals)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  await expect.poll(() => call(port, '/').catch(() => undefined), { timeout: 10_000 }).toBeDefined()
  return { port, adminPort, child, exited }
}

/** Requests one after the other, each of which leaves a line of 8 KB. */
async function ask(port: number, times: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const request = `GET /${'x'.repeat(7900)} HTTP/1.1\r\nHost: a.test\r\n\r\n`
  await once(socket, 'connect')
  for (let i = 0; i < times; i++) {
    socket.write(request)
    for (let answer = ''; !answer.endsWith('}'); ) answer += String((await once(socket, 'data'))[0]).trimEnd()
  }
}

describe('SIGTERM while nobody reads the log', () => {
  test.each([
    ['json', 'a pipe', () => createFifo().fd],
    ['pretty', 'a pipe', () => createFifo().fd],
    ['json', 'a socket', () => 'pipe' as const],
  ])('ends a process that writes %s to %s, with exit status 0', async (format, _, stdout) => {
    const gateway = await start(stdout(), `log: { format: ${format} }`)
    await ask(gateway.port, 100)
    gateway.child.kill('SIGTERM')
    expect(await gateway.exited).toBe(0)
  })

  test('ends two workers and their supervisor, with exit status 0', async () => {
    const gateway = await start(createFifo().fd, 'workers: 2')
    await ask(gateway.port, 100)
    gateway.child.kill('SIGTERM')
    expect(await gateway.exited).toBe(0)
  })

  test('ends a process that may not open the pipe again, as in a container: by SIGKILL', async () => {
    const pipe = createFifo()
    chmodSync(pipe.path, 0o000)
    // Root may open everything, so root becomes nobody.
    const become = 'data:text/javascript,if(!process.getuid()){process.setgid(65534);process.setuid(65534)}'
    const gateway = await start(pipe.fd, '', ['--import', become], copyForAll())
    await ask(gateway.port, 100)
    gateway.child.kill('SIGTERM')
    expect(await gateway.exited).toBe('SIGKILL')
  })
})

/** The program where everybody may read it. */
function copyForAll(): string {
  const folder = temporaryFolder()
  const copy = join(folder, 'dist', 'cli.js')
  mkdirSync(dirname(copy))
  copyFileSync(cli, copy)
  cpSync(join(dirname(cli), '..', 'package.json'), join(folder, 'package.json'))
  chmodSync(folder, 0o755)
  return copy
}

describe('a log that nobody reads for a while', () => {
  test.each(['json', 'pretty'])(
    'as %s takes bounded memory, and tells how many lines were lost when it is read again',
    async (format) => {
      const pipe = createFifo()
      const gateway = await start(pipe.fd, `log: { format: ${format} }`)
      await ask(gateway.port, 2400)
      const text = await pipe.readUntil(/log lines were lost[^\n]*\n$/)
      expect(text.length).toBeLessThan(17 * 1024 * 1024)
      const lost = Number(/lines"?[:=](\d+)/.exec(text.slice(-300))?.[1])
      const written = text.split('\n').filter((line) => line.includes('/xxx')).length
      expect(lost + written).toBe(2400)
      gateway.child.kill('SIGTERM')
      expect(await gateway.exited).toBe(0)
    },
  )

  test('because the disk is full costs no request and no exit status', async () => {
    const gateway = await start(openSync('/dev/full', 'w'))
    await ask(gateway.port, 2400)
    expect((await call(gateway.port, '/')).status).toBe(404)
    const { value } = await scrape(gateway.adminPort)
    expect(value('scopegate_log_lines_dropped_total')).toBeGreaterThan(100)
    gateway.child.kill('SIGTERM')
    expect(await gateway.exited).toBe(0)
  })
})
