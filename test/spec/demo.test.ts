import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runDemo } from '../../src/dev/demo/demo.ts'
import type { DemoOptions } from '../../src/dev/demo/demo-options.ts'
import { close, listen } from '../../src/dev/stand-in/listen.ts'
import { spawnCli, temporaryFolder } from '../support/process.ts'

async function play(options: Partial<DemoOptions> = {}) {
  const lines: string[] = []
  const logFile = join(temporaryFolder(), 'gateway.log')
  const print = (line: string) => void lines.push(line)
  const status = await runDemo({ once: true, port: 0, print, logFile, ...options })
  return { status, text: stripVTControlCharacters(lines.join('\n')), logFile }
}

/** Access tokens are longer than any line. */
const tooWide = (text: string) =>
  text.split('\n').filter((line) => line.length > 80 && !/^(?:TOKEN|OPAQUE|FIRST)=/.test(line))

describe('the demo', () => {
  it('plays the founding story, every line as expected, in 80 columns', async () => {
    const { status, text } = await play()
    expect(text).toContain('All 33 answers are as expected.')
    expect(text).not.toMatch(/^NO /m)
    expect(tooWide(text)).toEqual([])
    expect(status).toBe(0)
  })

  it('says so and takes another port when the wanted one is taken', async () => {
    const other = createServer()
    const port = await listen(other, 0, '127.0.0.1')
    const { status, text } = await play({ port })
    expect(text).toContain(`Port ${port} is taken, so the gateway uses `)
    expect(status).toBe(0)
    await close(other)
  })
})

/** An API that answers with who asked, at some paths only. */
async function startOwnApi(paths: readonly string[] = ['/', '/orders']) {
  const requests: string[] = []
  const server = createServer((req, res) => {
    requests.push(`${req.method} ${req.url} ${req.headers['x-user-scopes']}`)
    res.writeHead(paths.includes(req.url ?? '') ? 200 : 404).end('hello')
  })
  const port = await listen(server, 0, '127.0.0.1')
  onTestFinished(() => close(server))
  return { upstream: `http://127.0.0.1:${port}`, requests }
}

function ownFile(text: string): string {
  const file = join(temporaryFolder(), 'own.yaml')
  writeFileSync(file, text)
  return file
}

const orders = `listen: 0.0.0.0:443
issuer: { logto: https://tenant.logto.app }
apis:
  shop:
    resource: https://shop.example.com/
    upstream: http://shop.internal
    clients: [our-app]
    routes:
      /health: public
      /orders/{id}: { GET: orders:read, DELETE: orders:admin }
      /orders: { GET: orders:read, POST: orders:write }
`

describe("the demo with one's own API", () => {
  it('tells reading from writing without a file', async () => {
    const { upstream, requests } = await startOwnApi()
    const { status, text } = await play({ upstream })
    expect(text).toMatch(/TOKEN=eyJ\S+\n\n200, from your API:\n {2}curl -i \S+\/ -H "Auth.*\$TOKEN"/)
    expect(text).toMatch(/FIRST=eyJ\S+\n\n403, .* needs write:\n {2}curl -i -X POST \S+\/ -H "Auth.*\$FIRST"/)
    expect(tooWide(text)).toEqual([])
    expect(requests).toEqual(['GET / read write'])
    expect(status).toBe(0)
  })

  it("takes one's own routes from a file", async () => {
    const { upstream, requests } = await startOwnApi()
    const config = ownFile(orders)
    const { status, text, logFile } = await play({ upstream, config })
    expect(text).toContain('(orders:read orders:admin orders:write)')
    expect(text).toMatch(/200, from your API:\n {2}curl -i \S+\/orders -H/)
    expect(text).toMatch(/403, .* needs orders:write:\n {2}curl -i -X POST \S+\/orders -H/)
    expect(requests).toEqual(['GET /orders orders:read orders:admin orders:write'])
    expect(status).toBe(0)
    expect(readFileSync(logFile, 'utf8')).toMatch(/ 403 {2}POST \/orders {2}insufficient_scope/)
  })

  it('says that the API is not running', async () => {
    const { status, text } = await play({ upstream: 'http://127.0.0.1:9' })
    expect(text).toContain('502: your API does not answer. Is it running?')
    expect(status).toBe(1)
  })

  it.each([
    ['GET: 7', 'own.yaml:11:'],
    ['GET: [', 'own.yaml:'],
  ])("shows a mistake with the line of one's own file: %s", async (mistake, place) => {
    const config = ownFile(orders.replace('/orders: { GET: orders:read', `/orders: { ${mistake}`))
    const { status, text } = await play({ upstream: 'http://127.0.0.1:9', config })
    expect(text).toContain(place)
    expect(status).toBe(1)
  })

  it('says what is wrong with --upstream', async () => {
    const { status, text } = await play({ upstream: 'http://127.0.0.1:9/path' })
    expect(text).toContain('upstream')
    expect(status).toBe(1)
  })

  it('takes the file into use when it is saved, while it stays up', async () => {
    const { upstream } = await startOwnApi()
    const config = ownFile(orders)
    const { output, child, exited } = spawnCli([
      'demo',
      '--port',
      '0',
      '--upstream',
      upstream,
      '--config',
      config,
    ])
    await expect.poll(output, { timeout: 15_000 }).toContain('Ctrl-C stops everything')
    const gateway = /^(http:\S+) now guards/m.exec(output())?.[1]
    const status = async () => (await fetch(`${gateway}/new`)).status
    expect(await status()).toBe(404)
    writeFileSync(config, `${orders}      /new: orders:new\n`)
    await expect.poll(output, { timeout: 10_000 }).toContain(`${config} is loaded\n`)
    expect(await status()).toBe(401)
    writeFileSync(config, orders.replace('public', 'publc: 1'))
    await expect.poll(output, { timeout: 10_000 }).toContain('own.yaml:9:')
    expect(await status()).toBe(401)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  })
})
