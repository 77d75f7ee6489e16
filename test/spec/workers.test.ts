import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createCertificate } from '../support/certificate.ts'
import { type GatewayProcess, spawnCli, spawnGateway, temporaryFolder } from '../support/process.ts'
import { sendRaw } from '../support/raw.ts'
import { call } from '../support/stage.ts'

/**
 * An upstream that answers `/held` when told to, leaves `/events` open, takes a WebSocket's place, and
 * answers the rest at once.
 */
async function startUpstream() {
  const waiting: ServerResponse[] = []
  const server = createServer((request, response) => {
    if (request.url === '/held') waiting.push(response)
    else if (request.url === '/events') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write('data: 1\n\n')
    } else response.end('answer')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    server.close()
    server.closeAllConnections()
  }
  onTestFinished(stop)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // A TCP listener has no other address.
    waiting,
    release: () => {
      for (const response of waiting.splice(0)) response.end('released')
    },
    stop,
  }
}

const config = (url: string, routes = '/**: public', more = '') => `
workers: 2
${more}
apis: { a: { resource: https://a.test/, upstream: "${url}", routes: { ${routes} } } }
`

async function start(routes?: string, more?: string) {
  const upstream = await startUpstream()
  const gateway = await spawnGateway(config(upstream.url, routes, more))
  // Workers whose supervisor is killed wait for the requests that they have.
  onTestFinished(upstream.stop)
  return { upstream, gateway }
}

type Each = { worker: number; pid: number | null; connections: number | null }

async function readyz({ adminPort }: GatewayProcess) {
  const { status, body } = await call(adminPort, '/readyz')
  const json = JSON.parse(body)
  return { status, json, each: json.workers.each as Each[] }
}

async function pids(gateway: GatewayProcess): Promise<number[]> {
  return (await readyz(gateway)).each.map(({ pid }) => pid ?? 0)
}

const ready = (gateway: GatewayProcess) =>
  expect.poll(async () => (await readyz(gateway)).status, { timeout: 10_000 }).toBe(200)
const requests = (gateway: GatewayProcess) => gateway.logs().filter(({ msg }) => msg === 'request')
const workersSeen = (gateway: GatewayProcess) => new Set(requests(gateway).map(({ worker }) => worker))
const said = (gateway: GatewayProcess, text: string) =>
  gateway.logs().filter(({ msg }) => String(msg).includes(text))
const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Requests that wait at the upstream, on a connection each. */
async function hold(gateway: GatewayProcess, upstream: { waiting: unknown[] }, count: number) {
  const held = Array.from({ length: count }, () =>
    call(gateway.port, '/held').then(
      ({ status }) => status,
      (error: NodeJS.ErrnoException) => error.code,
    ),
  )
  await expect.poll(() => upstream.waiting.length).toBe(count)
  return held
}

/** A client that asks for this path on one new connection after the other; what it got is all it says. */
function client(port: number, path: string) {
  const outcomes: (number | string | undefined)[] = []
  let running = true
  const done = (async () => {
    while (running) {
      outcomes.push(
        await call(port, path).then(
          ({ status }) => status,
          (error: NodeJS.ErrnoException) => error.code,
        ),
      )
    }
  })()
  return {
    outcomes,
    stop() {
      running = false
      return done
    },
  }
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

describe('two workers', () => {
  test('share the connections on one port, and their log lines say which it was', async () => {
    const { gateway, upstream } = await start()
    const held = await hold(gateway, upstream, 8)
    expect((await readyz(gateway)).each.map(({ connections }) => connections)).toEqual([4, 4])
    upstream.release()
    expect(await Promise.all(held)).toEqual(Array(8).fill(200))
    await expect.poll(() => requests(gateway).length).toBe(8)
    expect(workersSeen(gateway)).toEqual(new Set([1, 2]))
    expect(said(gateway, 'listening')).toMatchObject([{ workers: 2 }])
  })

  test('are one gateway for /readyz, /routes and /livez', async () => {
    const { gateway, upstream } = await start()
    const sockets = await Promise.all([1, 2, 3].map(() => open(gateway.port)))
    for (const socket of sockets) socket.write('GET /events HTTP/1.1\r\nHost: a.test\r\n\r\n')
    await hold(gateway, upstream, 1)
    await expect.poll(async () => (await readyz(gateway)).json.openStreams.eventStreams).toBe(3)
    const { status, json } = await readyz(gateway)
    expect(status).toBe(200)
    expect(json).toMatchObject({
      ready: true,
      connections: 4,
      openStreams: { eventStreams: 3, webSockets: 0 },
      workers: { wanted: 2, serving: 2 },
    })
    expect(JSON.parse((await call(gateway.adminPort, '/routes')).body)).toMatchObject({
      routes: [{ api: 'a', path: '/**', requires: 'public' }],
    })
    expect((await call(gateway.adminPort, '/livez')).status).toBe(200)
  })

  test('treat a handed connection as one of their own: slow heads, and what follows a request', async () => {
    const { gateway } = await start(undefined, 'timeouts: { head: 300ms }')
    const slow = await sendRaw(gateway.port, 'GET / HTTP/1.1\r\nHost: a.test\r\n', 5000)
    expect([slow.status, slow.closed]).toEqual([408, true])
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n`
    const two = await sendRaw(gateway.port, `${get('/x')}\r\n${get('/y')}Connection: close\r\n\r\n`, 5000)
    expect(two.text.match(/200 OK/g)).toHaveLength(2)
  })

  test('serve TLS, and a session of one is resumed by the other', async () => {
    const folder = temporaryFolder()
    const { cert, key } = createCertificate(folder, 'first')
    const { gateway, upstream } = await start(undefined, `tls: { cert: "${cert}", key: "${key}" }`)
    const options = { port: gateway.port, host: '127.0.0.1', rejectUnauthorized: false }
    const visit = async (session?: Buffer) => {
      const socket = connectTls({ ...options, ...(session && { session }) })
      onTestFinished(() => void socket.destroy())
      const ticket = once(socket, 'session').then(([data]) => data as Buffer)
      await once(socket, 'secureConnect')
      socket.write('GET /held HTTP/1.1\r\nHost: a.test\r\n\r\n')
      return { ticket, resumed: socket.isSessionReused() }
    }
    const first = await visit()
    const ticket = await first.ticket
    await expect.poll(() => upstream.waiting.length).toBe(1)
    // The first one is held, so this one is the other worker's.
    expect((await visit(ticket)).resumed).toBe(true)
    await expect.poll(() => upstream.waiting.length).toBe(2)
    expect((await readyz(gateway)).each.map(({ connections }) => connections)).toEqual([1, 1])
  })

  test('write whole lines on one pipe under load, none is lost at a stop', async () => {
    const { gateway } = await start()
    const path = `/${'x'.repeat(3000)}`
    const clients = Array.from({ length: 8 }, () => client(gateway.port, path))
    await expect.poll(() => requests(gateway).length, { timeout: 15_000 }).toBeGreaterThan(1500)
    for (const { stop } of clients) await stop()
    gateway.child.kill('SIGTERM')
    expect(await gateway.exited).toBe(0)
    const lines = requests(gateway)
    expect(lines).toHaveLength(clients.flatMap(({ outcomes }) => outcomes).length)
    expect(lines.every((line) => line['path'] === path)).toBe(true)
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(lines.length)
  })

  test('take no more connections than limits.connections allows in all, and every one that it allows', async () => {
    const { gateway } = await start(undefined, 'limits: { connections: 3 }')
    const held = await Promise.all([1, 2, 3].map(() => open(gateway.port)))
    await expect.poll(async () => (await readyz(gateway)).json.connections).toBe(3)
    expect((await sendRaw(gateway.port, 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')).text).toBe('')
    await expect.poll(() => said(gateway, 'limits.connections').length).toBe(1)
    for (const socket of held) socket.destroy()
    await expect.poll(async () => (await call(gateway.port, '/x').catch(() => undefined))?.status).toBe(200)
  })
})

describe('a worker that is killed', () => {
  test('costs its own requests alone, and is replaced', async () => {
    const { gateway, upstream } = await start()
    const held = await hold(gateway, upstream, 2)
    const [first = 0, second] = await pids(gateway)
    process.kill(first, 'SIGKILL')
    expect(await Promise.race(held)).toBe('ECONNRESET')
    await ready(gateway)
    upstream.release()
    expect((await Promise.all(held)).toSorted()).toEqual([200, 'ECONNRESET'])
    const [replacement, same] = await pids(gateway)
    expect(same).toBe(second)
    expect(replacement).not.toBe(first)
    expect(said(gateway, 'a worker ended')).toMatchObject([{ level: 'error', worker: 1, signal: 'SIGKILL' }])
    // It gets the next connections, as it has the fewest.
    const more = await hold(gateway, upstream, 2)
    expect((await readyz(gateway)).each.map(({ connections }) => connections)).toEqual([1, 1])
    upstream.release()
    expect(await Promise.all(more)).toEqual([200, 200])
  })

  test('is said to be missing until its replacement serves; requests go on', async () => {
    const { gateway } = await start()
    const asking = client(gateway.port, '/x')
    await expect.poll(() => workersSeen(gateway).size).toBe(2)
    for (const _ of [1, 2]) {
      const [first = 0] = await pids(gateway)
      process.kill(first, 'SIGKILL')
      await expect.poll(async () => (await pids(gateway))[0]).not.toBe(first)
      await ready(gateway)
    }
    await asking.stop()
    // One that is on a connection of the killed worker is cut; no other is.
    expect(asking.outcomes.filter((outcome) => outcome !== 200).length).toBeLessThanOrEqual(2)
    expect(said(gateway, 'another is started now')).toHaveLength(1)
    expect(said(gateway, 'another is started in 0.5 s')).toHaveLength(1)
  })

  test('together with all others keeps nobody out: connections wait for a replacement', async () => {
    const { gateway } = await start()
    for (const pid of await pids(gateway)) process.kill(pid, 'SIGKILL')
    // All at once: replacements may serve a moment later.
    const asked = async () => {
      const answers = ['/readyz', '/livez', '/routes'].map((path) => call(gateway.adminPort, path))
      return (await Promise.all(answers)).map(({ status }) => status)
    }
    await expect.poll(asked, { interval: 10 }).toEqual([503, 503, 503])
    expect((await call(gateway.port, '/x')).status).toBe(200)
    await ready(gateway)
    expect((await call(gateway.adminPort, '/livez')).status).toBe(200)
  })

  test('while rules are rolled out hinders nothing: its replacement has the new ones', async () => {
    const { gateway, upstream } = await start('/old: public')
    const [first = 0] = await pids(gateway)
    gateway.write(config(upstream.url, '/new: public'))
    process.kill(first, 'SIGKILL')
    gateway.child.kill('SIGHUP')
    await expect.poll(() => said(gateway, 'configuration loaded').length).toBe(1)
    await ready(gateway)
    await everyWorkerAnswers(gateway, '/new', 200)
    await everyWorkerAnswers(gateway, '/old', 404)
  })

  test('while the gateway stops does not hinder the stop', async () => {
    const { gateway, upstream } = await start()
    const held = await hold(gateway, upstream, 2)
    const [first = 0] = await pids(gateway)
    gateway.child.kill('SIGTERM')
    await expect.poll(() => said(gateway, 'stopping').length).toBe(1)
    process.kill(first, 'SIGKILL')
    expect(await Promise.race(held)).toBe('ECONNRESET')
    upstream.release()
    expect((await Promise.all(held)).toSorted()).toEqual([200, 'ECONNRESET'])
    expect(await gateway.exited).toBe(0)
    expect(said(gateway, 'a worker ended')).toEqual([])
  })
})

/** Asks until a line of each worker says that it answered like this, and none otherwise. */
async function everyWorkerAnswers(gateway: GatewayProcess, path: string, status: number): Promise<void> {
  const before = requests(gateway).length
  const answered = () =>
    requests(gateway)
      .slice(before)
      .filter((line) => line['path'] === path)
  await expect
    .poll(
      async () => {
        expect((await call(gateway.port, path)).status).toBe(status)
        return new Set(answered().map(({ worker }) => worker)).size
      },
      { timeout: 5000 },
    )
    .toBe(2)
  for (const line of answered()) expect(line['status']).toBe(status)
}

describe('a worker that is stuck', () => {
  test('gets no more connections, is named, and goes on where it stopped', async () => {
    const { gateway } = await start()
    const [first = 0] = await pids(gateway)
    process.kill(first, 'SIGSTOP')
    onTestFinished(() => void (isRunning(first) && process.kill(first, 'SIGCONT')))
    const calls = Array.from({ length: 40 }, () => call(gateway.port, '/x').then(({ status }) => status))
    let answered = 0
    for (const each of calls) void each.then(() => answered++)
    // Eight are handed to it before that is known.
    await expect.poll(() => answered).toBe(32)
    const { status, json } = await readyz(gateway)
    expect(status).toBe(503)
    expect(json.missing).toEqual(['worker 1 does not answer'])
    process.kill(first, 'SIGCONT')
    expect(await Promise.all(calls)).toEqual(Array(40).fill(200))
    await ready(gateway)
  })
})

describe('a reload of two workers', () => {
  test('under load fails no request, and afterwards both have the new rules', async () => {
    const { gateway, upstream } = await start('/x: public, /old: public')
    const clients = Array.from({ length: 4 }, () => client(gateway.port, '/x'))
    await expect.poll(() => workersSeen(gateway).size).toBe(2)
    for (const round of [1, 2, 3]) {
      gateway.write(config(upstream.url, `/x: public, /new${round}: public`))
      gateway.child.kill('SIGHUP')
      await expect.poll(() => said(gateway, 'configuration loaded').length).toBe(round)
      await everyWorkerAnswers(gateway, `/new${round}`, 200)
      await everyWorkerAnswers(gateway, '/old', 404)
    }
    for (const { stop } of clients) await stop()
    expect(new Set(clients.flatMap(({ outcomes }) => outcomes))).toEqual(new Set([200]))
  })

  test('of a broken file changes neither, and leaves one line', async () => {
    const { gateway, upstream } = await start()
    gateway.write(config(upstream.url, '/x: { scope: read }'))
    await expect.poll(() => said(gateway, 'not loaded').length, { timeout: 5000 }).toBe(1)
    expect(said(gateway, 'not loaded')[0]?.['problem']).toContain('did you mean "scopes"')
    await everyWorkerAnswers(gateway, '/x', 200)
    // A worker that is started now gets the rules in force, not the file.
    const [first = 0] = await pids(gateway)
    process.kill(first, 'SIGKILL')
    await expect.poll(async () => (await pids(gateway))[0]).not.toBe(first)
    await ready(gateway)
    await everyWorkerAnswers(gateway, '/y', 200)
    expect(said(gateway, 'not loaded')).toHaveLength(1)
  })

  test('cannot change how many there are', async () => {
    const { gateway, upstream } = await start()
    gateway.write(config(upstream.url).replace('workers: 2', 'workers: 3'))
    gateway.child.kill('SIGHUP')
    await expect.poll(() => said(gateway, 'not loaded').length).toBe(1)
    expect(said(gateway, 'not loaded')[0]?.['problem']).toMatch(/workers need a restart/)
    expect((await pids(gateway)).length).toBe(2)
  })

  test('changes what each may log', async () => {
    const { gateway, upstream } = await start(undefined, 'log: { decisions: "off" }')
    await call(gateway.port, '/x')
    gateway.write(config(upstream.url, '/**: public', 'log: { decisions: all }'))
    gateway.child.kill('SIGHUP')
    await expect.poll(() => said(gateway, 'configuration loaded').length).toBe(1)
    await everyWorkerAnswers(gateway, '/y', 200)
    expect(requests(gateway).filter(({ path }) => path === '/x')).toEqual([])
  })
})

describe('SIGTERM to two workers', () => {
  test('lets all requests finish, and exits 0 with the last word of the supervisor', async () => {
    const { gateway, upstream } = await start()
    const held = await hold(gateway, upstream, 6)
    const running = await pids(gateway)
    gateway.child.kill('SIGTERM')
    await expect.poll(async () => (await readyz(gateway)).json.missing).toContain('the gateway is stopping')
    await expect(call(gateway.port, '/x')).rejects.toThrow()
    upstream.release()
    expect(await Promise.all(held)).toEqual(Array(6).fill(200))
    expect(await gateway.exited).toBe(0)
    expect(running.filter(isRunning)).toEqual([])
    expect(requests(gateway)).toHaveLength(6)
    expect(gateway.logs().at(-1)?.['msg']).toBe('stopped')
  })

  test('cuts what is busy for longer than timeouts.shutdown', async () => {
    const { gateway, upstream } = await start(undefined, 'timeouts: { shutdown: 300ms }')
    const held = await hold(gateway, upstream, 2)
    gateway.child.kill('SIGTERM')
    expect(await Promise.all(held)).toEqual(['ECONNRESET', 'ECONNRESET'])
    expect(await gateway.exited).toBe(0)
  })

  test('and the other signals sent to the workers themselves do nothing', async () => {
    const { gateway } = await start()
    const running = await pids(gateway)
    for (const pid of running)
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(pid, signal)
    await everyWorkerAnswers(gateway, '/x', 200)
    expect(await pids(gateway)).toEqual(running)
  })
})

describe('a supervisor that is killed', () => {
  test('leaves no orphans: its workers finish their requests and end', async () => {
    const { gateway, upstream } = await start()
    const held = await hold(gateway, upstream, 2)
    const running = await pids(gateway)
    gateway.child.kill('SIGKILL')
    await expect(call(gateway.port, '/x')).rejects.toThrow()
    upstream.release()
    expect(await Promise.all(held)).toEqual([200, 200])
    await expect.poll(() => running.filter(isRunning), { timeout: 5000 }).toEqual([])
  })
})

describe('a start of two workers', () => {
  const file = (text: string) => {
    const name = join(temporaryFolder(), 'gateway.yaml')
    writeFileSync(name, `admin: { listen: "127.0.0.1:0" }\nworkers: 2\napis: {}\n${text}`)
    return name
  }

  test('on a port that is taken is said once, with exit status 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as AddressInfo // A TCP listener has no other address.
    const { output, exited } = spawnCli(['serve', '--config', file(`listen: 127.0.0.1:${port}\n`)])
    expect(await exited).toBe(1)
    expect(output().match(/is taken/g)).toHaveLength(1)
    expect(output()).toContain(`port ${port} is taken: stop what listens there, or change listen`)
  })

  test('is left to serve: the worker alone refuses', async () => {
    const { output, exited } = spawnCli(['worker'])
    expect(await exited).toBe(64)
    expect(output()).toContain('scopegate serve')
  })
})
