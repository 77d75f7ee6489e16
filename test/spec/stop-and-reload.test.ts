import { once } from 'node:events'
import { openSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { spawnCli, spawnGateway, temporaryFolder } from '../support/process.ts'
import { call } from '../support/stage.ts'

type HeldUpstream = { readonly url: string; readonly waiting: ServerResponse[]; release(): void }

/** An upstream that answers `/held` only when told to, and everything else at once. */
async function startUpstream(): Promise<HeldUpstream> {
  const waiting: ServerResponse[] = []
  const { url } = await startHttpUpstream((request, response) => {
    if (request.url === '/held') waiting.push(response)
    else response.end(`answer to ${request.url}`)
  })
  return {
    url,
    waiting,
    release: () => {
      for (const response of waiting) response.end('released')
    },
  }
}

const config = (url: string, routes = '/**: public', more = '') => `
${more}
apis: { a: { resource: https://a.test/, upstream: "${url}", routes: { ${routes} } } }
`
const canConnect = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

describe('SIGTERM', () => {
  test('turns readiness off, takes no new connections, finishes requests, and exits 0', async () => {
    const upstream = await startUpstream()
    const gateway = await spawnGateway(config(upstream.url))
    const held = Array.from({ length: 20 }, () => call(gateway.port, '/held'))
    await expect.poll(() => upstream.waiting.length).toBe(20)
    gateway.child.kill('SIGTERM')
    await expect.poll(() => canConnect(gateway.port)).toBe(false)
    const ready = await call(gateway.adminPort, '/readyz')
    expect(ready.status).toBe(503)
    expect(ready.body).toContain('stopping')
    upstream.release()
    for (const answer of await Promise.all(held))
      expect(answer).toMatchObject({ status: 200, body: 'released' })
    expect(await gateway.exited).toBe(0)
    const lines = gateway.logs()
    expect(lines.filter(({ path }) => path === '/held')).toHaveLength(20)
    expect(lines.at(-1)?.['msg']).toBe('stopped')
  })

  test('cuts what is still busy after timeouts.shutdown, says so, and exits 0', async () => {
    const upstream = await startUpstream()
    const gateway = await spawnGateway(config(upstream.url, '/**: public', 'timeouts: { shutdown: 300ms }'))
    const held = call(gateway.port, '/held').catch((error: Error) => error)
    await expect.poll(() => upstream.waiting.length).toBe(1)
    gateway.child.kill('SIGTERM')
    expect(await held).toBeInstanceOf(Error)
    expect(await gateway.exited).toBe(0)
    expect(gateway.logs().some(({ msg }) => String(msg).includes('timeouts.shutdown'))).toBe(true)
  })

  test('under load loses no request that was accepted', async () => {
    const upstream = await startUpstream()
    const gateway = await spawnGateway(config(upstream.url))
    const outcomes: string[] = []
    let running = true
    const clients = Array.from({ length: 8 }, async () => {
      while (running) {
        const outcome = await call(gateway.port, '/x').then(
          ({ status }) => String(status),
          (error: NodeJS.ErrnoException) => String(error.code),
        )
        outcomes.push(outcome)
        if (outcome !== '200') return
      }
    })
    await expect.poll(() => outcomes.length).toBeGreaterThan(100)
    gateway.child.kill('SIGTERM')
    expect(await gateway.exited).toBe(0)
    running = false
    await Promise.all(clients)
    // A connection that was made before the listener closed, and not yet accepted, is reset by the kernel.
    expect(outcomes.filter((outcome) => !['200', 'ECONNREFUSED', 'ECONNRESET'].includes(outcome))).toEqual([])
    const answered = gateway.logs().filter(({ msg, status }) => msg === 'request' && status === 200)
    expect(answered).toHaveLength(outcomes.filter((outcome) => outcome === '200').length)
  })
})

describe('a reload', () => {
  test('takes a changed file into use; requests in flight finish on the old rules', async () => {
    const upstream = await startUpstream()
    const gateway = await spawnGateway(config(upstream.url, '/held: public, /old: public'))
    const held = call(gateway.port, '/held')
    await expect.poll(() => upstream.waiting.length).toBe(1)
    gateway.write(config(upstream.url, '/new: public', 'timeouts: { connect: 4s }'))
    await expect.poll(async () => (await call(gateway.port, '/new')).status, { timeout: 5000 }).toBe(200)
    expect((await call(gateway.port, '/old')).status).toBe(404)
    upstream.release()
    expect(await held).toMatchObject({ status: 200, body: 'released' })
    await expect.poll(() => gateway.logs().some(({ msg }) => msg === 'configuration loaded')).toBe(true)
  })

  test('of a broken file changes nothing, loses nothing under load, and leaves one line that points at the mistake', async () => {
    const upstream = await startUpstream()
    const gateway = await spawnGateway(config(upstream.url))
    const statuses: number[] = []
    let running = true
    const client = (async () => {
      while (running) statuses.push((await call(gateway.port, '/x')).status)
    })()
    gateway.write(config(upstream.url, '/x: { scope: read }'))
    const notLoaded = () =>
      gateway.logs().filter(({ msg }) => String(msg).startsWith('configuration not loaded'))
    await expect.poll(notLoaded, { timeout: 5000 }).toHaveLength(1)
    expect(notLoaded()[0]?.['problem']).toMatch(/gateway\.yaml:\d+:\d+ .*unknown key, did you mean "scopes"/)
    running = false
    await client
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  test('by SIGHUP reads the file at once', async () => {
    const upstream = await startUpstream()
    const gateway = await spawnGateway(config(upstream.url, '/old: public'))
    gateway.write(config(upstream.url, '/new: public'))
    gateway.child.kill('SIGHUP')
    await expect.poll(async () => (await call(gateway.port, '/new')).status).toBe(200)
  })

  test('cannot move the listener: it says that a restart is needed', async () => {
    const upstream = await startUpstream()
    const gateway = await spawnGateway(config(upstream.url))
    gateway.write(config(upstream.url, '/**: public', 'limits: { headerBytes: 8KiB }'))
    gateway.child.kill('SIGHUP')
    await expect
      .poll(() => gateway.logs().some(({ problem }) => String(problem).includes('restart')))
      .toBe(true)
    expect((await call(gateway.port, '/x')).status).toBe(200)
  })
})

describe('a start', () => {
  test('on a port that is taken says which and what to do, and exits 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as AddressInfo // A TCP listener has no other address.
    const file = join(temporaryFolder(), 'gateway.yaml')
    writeFileSync(file, `listen: 127.0.0.1:${port}\nadmin: { listen: "127.0.0.1:0" }\napis: {}\n`)
    const { output, exited } = spawnCli(['serve', '--config', file])
    expect(await exited).toBe(1)
    expect(output()).toContain(`port ${port} is taken`)
  })

  test("with Node's lenient parser is refused", async () => {
    const file = join(temporaryFolder(), 'gateway.yaml')
    writeFileSync(file, 'listen: 127.0.0.1:0\nadmin: { listen: "127.0.0.1:0" }\napis: {}\n')
    const { output, exited } = spawnCli(['serve', '--config', file], ['--insecure-http-parser'])
    expect(await exited).toBe(1)
    expect(output()).toContain('--insecure-http-parser')
  })

  test('with a log destination that is full serves all the same, and stops', async () => {
    const upstream = await startUpstream()
    const probe = await spawnGateway(config(upstream.url))
    const { port } = probe
    probe.child.kill('SIGTERM')
    await probe.exited
    const file = join(temporaryFolder(), 'gateway.yaml')
    writeFileSync(
      file,
      `listen: 127.0.0.1:${port}\nadmin: { listen: "127.0.0.1:0" }\n${config(upstream.url)}`,
    )
    const { child, exited } = spawnCli(['serve', '--config', file], [], openSync('/dev/full', 'w'))
    await expect.poll(() => canConnect(port), { timeout: 10_000 }).toBe(true)
    for (let i = 0; i < 50; i++) expect((await call(port, '/x')).status).toBe(200)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  })
})
