import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type GatewayProcess, spawnGateway } from '../support/process.ts'

/** Answers with the Authorization that it gets. */
async function upstream(): Promise<string> {
  const server = createServer((request, response) => response.end(request.headers.authorization ?? 'none'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function configOf(url: string, more = ''): string {
  return `apis: { a: { resource: https://a.test/, upstream: ${url}, routes: { /**: public }${more} } }\n`
}

const said = (gateway: GatewayProcess, message: string) =>
  gateway.logs().filter(({ msg }) => String(msg).includes(message))
const get = async (gateway: GatewayProcess) => (await fetch(`http://127.0.0.1:${gateway.port}/`)).text()

describe('a running gateway', () => {
  test('takes a secret again whose file was rotated', async () => {
    const url = await upstream()
    const gateway = await spawnGateway(configOf(url))
    const secret = join(dirname(gateway.file), 'secret')
    writeFileSync(secret, 'b2xkLW9sZC1vbGQtb2xk')
    gateway.write(configOf(url, ', authorization: "Basic ${file:secret}"'))
    await expect.poll(() => get(gateway), { timeout: 5000 }).toBe('Basic b2xkLW9sZC1vbGQtb2xk')
    writeFileSync(`${secret}.new`, 'bmV3LW5ldy1uZXctbmV3')
    renameSync(`${secret}.new`, secret)
    await expect.poll(() => get(gateway), { timeout: 5000 }).toBe('Basic bmV3LW5ldy1uZXctbmV3')
  })

  test('waits for a secret whose file is not there yet', async () => {
    const url = await upstream()
    const gateway = await spawnGateway(configOf(url))
    gateway.write(configOf(url, ', authorization: "Basic ${file:secret}"'))
    await expect.poll(() => said(gateway, 'configuration not loaded'), { timeout: 5000 }).toHaveLength(1)
    expect(said(gateway, 'configuration not loaded')[0]?.['problem']).toContain(
      'the file secret does not exist',
    )
    writeFileSync(join(dirname(gateway.file), 'secret'), 'bmV3LW5ldy1uZXctbmV3')
    await expect.poll(() => get(gateway), { timeout: 5000 }).toBe('Basic bmV3LW5ldy1uZXctbmV3')
  })

  test('says once that its file is there and cannot be read, and goes on', async () => {
    const url = await upstream()
    const gateway = await spawnGateway(configOf(url))
    rmSync(gateway.file)
    mkdirSync(gateway.file)
    await expect.poll(() => said(gateway, 'cannot be read'), { timeout: 5000 }).toHaveLength(1)
    expect(said(gateway, 'cannot be read')[0]).toMatchObject({
      file: gateway.file,
      problem: 'is a folder: name a file in it',
    })
    expect(await get(gateway)).toBe('none')
    rmSync(gateway.file, { recursive: true })
    gateway.write(configOf(url, ', authorization: "Basic b2xkLW9sZC1vbGQtb2xk"'))
    await expect.poll(() => get(gateway), { timeout: 5000 }).toBe('Basic b2xkLW9sZC1vbGQtb2xk')
    expect(said(gateway, 'cannot be read')).toHaveLength(1)
  })

  test.each([
    ['log: { format: pretty }', 'log.format needs a restart; nothing was changed'],
    ['workers: 2', 'workers need a restart; nothing was changed'],
    [
      'limits: { headerBytes: 8KiB }\ntokens: { cache: { maxEntries: 7 } }',
      'limits.headerBytes and tokens.cache need a restart; nothing was changed',
    ],
  ])('names the keys alone that need a restart: %s', async (line, problem) => {
    const url = await upstream()
    const gateway = await spawnGateway(configOf(url))
    gateway.write(`${configOf(url)}${line}\n`)
    await expect.poll(() => said(gateway, 'configuration not loaded'), { timeout: 5000 }).toHaveLength(1)
    expect(said(gateway, 'configuration not loaded')[0]?.['problem']).toBe(problem)
  })
})
