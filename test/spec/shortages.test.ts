import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createCertificate } from '../support/certificate.ts'
import { cli, spawnGateway, temporaryFolder } from '../support/process.ts'
import { sendRaw } from '../support/raw.ts'
import { createStage, guarding } from '../support/stage.ts'

/** A gateway that may open 60 files and connections, and how it logs. */
async function startWithFewDescriptors() {
  const upstream = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  onTestFinished(() => void upstream.close())
  const { port: upstreamPort } = upstream.address() as AddressInfo // A TCP listener has no other address.
  const file = join(temporaryFolder(), 'gateway.yaml')
  writeFileSync(
    file,
    `
listen: 127.0.0.1:0
admin: { listen: "127.0.0.1:0" }
limits: { connections: 500 }
apis: { a: { resource: https://a.test/, upstream: "http://127.0.0.1:${upstreamPort}", routes: { /**: public } } }
`,
  )
  const limited = ['-c', 'ulimit -n 60 && exec "$0" "$@"', process.execPath, cli, 'serve', '--config', file]
  const child = spawn('sh', limited, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += String(chunk)
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await once(child, 'close')
  })
  const lines = (message: string) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => String(msg).includes(message))
  await expect.poll(() => lines('listening'), { timeout: 10_000 }).toHaveLength(1)
  return { port: Number(String(lines('listening')[0]?.['listen']).split(':')[1]), lines }
}

describe('file descriptors', () => {
  test('are told of: too few at start, none left, and again enough, once each', async () => {
    const { port, lines } = await startWithFewDescriptors()
    expect(lines('may need more file descriptors')).toMatchObject([
      { level: 'warn', connections: 500, needed: 778, allowed: 60 },
    ])
    const sockets: Socket[] = []
    for (let i = 0; i < 80; i++) sockets.push(connect(port, '127.0.0.1').on('error', () => {}))
    await expect
      .poll(() => lines('have run out'), { timeout: 5000 })
      .toMatchObject([{ level: 'error', code: 'EMFILE', allowed: 60 }])
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => lines('to be had again'), { timeout: 10_000 }).toMatchObject([{ level: 'info' }])
    expect(lines('have run out')).toHaveLength(1)
    expect((await sendRaw(port, 'GET /a b HTTP/1.1\r\n\r\n')).status).toBe(400)
  })
})

describe('the wrong scheme', () => {
  const named = (logs: Record<string, unknown>[]) =>
    logs.filter(({ msg }) => String(msg).startsWith('a client speaks'))
  const fails = (socket: Socket) =>
    new Promise((resolve) => socket.on('error', () => {}).on('close', resolve))

  test('of a client that speaks https to the http port is named, once a minute', async () => {
    const { gateway } = await createStage(guarding('/a: public'))
    for (let i = 0; i < 3; i++) await fails(connectTls({ port: gateway.port, host: '127.0.0.1' }))
    await expect.poll(() => named(gateway.logs), { timeout: 5000 }).toHaveLength(1)
    expect(named(gateway.logs)).toMatchObject([
      {
        level: 'warn',
        remote: '127.0.0.1',
        msg: expect.stringMatching(/https to this port, which serves http/),
      },
    ])
  })

  test('of a client that speaks http to the https port is named, once a minute', async () => {
    const { cert, key } = createCertificate(temporaryFolder(), 'a')
    const { gateway } = await createStage(guarding('/a: public', `tls: { cert: "${cert}", key: "${key}" }`))
    for (let i = 0; i < 3; i++) await sendRaw(gateway.port, 'GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n')
    await expect.poll(() => named(gateway.logs), { timeout: 5000 }).toHaveLength(1)
    expect(named(gateway.logs)).toMatchObject([
      {
        level: 'warn',
        remote: '127.0.0.1',
        msg: expect.stringMatching(/http to this port, which serves https/),
      },
    ])
  })

  test('is not suspected in other garbage', async () => {
    const { gateway } = await createStage(guarding('/a: public'))
    await sendRaw(gateway.port, 'SSH-2.0-OpenSSH_9.2\r\n')
    await expect.poll(() => gateway.logs.filter(({ msg }) => msg === 'request')).toHaveLength(1)
    expect(named(gateway.logs)).toEqual([])
  })
})

describe('garbage', () => {
  test('in many pieces behind a request leaves one line, as the connection is one', async () => {
    const stage = await createStage(guarding('/held: public'), () => {})
    const socket = connect(stage.gateway.port, '127.0.0.1').on('error', () => {})
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    socket.setNoDelay(true)
    socket.write('GET /held HTTP/1.1\r\nHost: a.test\r\n\r\n')
    await expect.poll(() => stage.upstream.received()).toContain('GET /held')
    for (let i = 0; i < 20; i++) {
      socket.write('\u0000 no request \r\n\r\n')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const refused = () => stage.gateway.logs.filter(({ msg, status }) => msg === 'request' && status === 400)
    await expect.poll(refused, { timeout: 5000 }).toHaveLength(1)
  })
})

describe('SIGHUP', () => {
  test('during the stop does not end the process before its requests', async () => {
    const upstream = createServer().listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    onTestFinished(() => void upstream.close())
    const accepted = once(upstream, 'connection') as Promise<Socket[]>
    const { port } = upstream.address() as AddressInfo // A TCP listener has no other address.
    const gateway = await spawnGateway(`
apis: { a: { resource: https://a.test/, upstream: "http://127.0.0.1:${port}", routes: { /**: public } } }
`)
    const answer = sendRaw(gateway.port, 'GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n', 5000)
    const [socket] = await accepted
    gateway.child.kill('SIGTERM')
    await expect.poll(() => gateway.logs().some(({ msg }) => String(msg).startsWith('stopping'))).toBe(true)
    gateway.child.kill('SIGHUP')
    gateway.child.kill('SIGHUP')
    socket?.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole')
    expect((await answer).text).toContain('whole')
    expect(await gateway.exited).toBe(0)
  })
})
