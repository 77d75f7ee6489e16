import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { spawnCli, spawnGateway, temporaryFolder } from '../support/process.ts'

const api = 'apis: { a: { resource: https://a.test/, upstream: http://127.0.0.1:9, routes: { /x: public } } }'
const protectedApi = api
  .replace('apis:', 'issuer: { url: http://127.0.0.1:9 }\napis:')
  .replace('public', 'read')

/** A file as it stands beside a gateway whose ports are known. */
function fileFor(adminPort: number, more = api): string {
  const file = join(temporaryFolder(), 'gateway.yaml')
  writeFileSync(file, `admin: { listen: "127.0.0.1:${adminPort}" }\n${more}\n`)
  return file
}

async function askHealth(args: readonly string[]) {
  const { output, exited } = spawnCli(['health', ...args])
  return { status: await exited, text: output() }
}

describe('scopegate health', () => {
  test('exits 0 while the gateway of this file lives', async () => {
    const { adminPort } = await spawnGateway(api)
    const file = fileFor(adminPort)
    expect(await askHealth([file])).toEqual({ status: 0, text: 'alive and ready\n' })
    expect(await askHealth(['--config', file])).toMatchObject({ status: 0 })
  })

  test('exits 0 and says what is missing when it is not ready: a restart would not help', async () => {
    const { adminPort } = await spawnGateway(protectedApi)
    const { status, text } = await askHealth([fileFor(adminPort)])
    expect(status).toBe(0)
    expect(text).toMatch(/^alive, not ready: .*127\.0\.0\.1:9/)
  })

  test('exits 1 when nothing answers, and names address and file', async () => {
    const file = fileFor(9)
    const { status, text } = await askHealth([file])
    expect(status).toBe(1)
    expect(text).toBe(`not alive: nothing answers at http://127.0.0.1:9 (admin.listen of ${file})\n`)
  })

  test('exits 1 when another program answers', async () => {
    const server = createServer((_, response) => void response.writeHead(404).end('<p>')).listen(
      0,
      '127.0.0.1',
    )
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // A TCP listener has no other address.
    const { status, text } = await askHealth([fileFor(port)])
    expect(status).toBe(1)
    expect(text).toContain('/livez answers 404')
  })

  test('needs only admin.listen of the file, which may have got a mistake since it was loaded', async () => {
    const { adminPort } = await spawnGateway(api)
    expect(
      await askHealth([fileFor(adminPort, 'apis: { a: { routs: 1 } }\ntokens: ${UNSET}')]),
    ).toMatchObject({
      status: 0,
    })
  })

  test('asks on loopback when the gateway listens on all addresses', async () => {
    const { adminPort } = await spawnGateway(api)
    const file = join(temporaryFolder(), 'gateway.yaml')
    writeFileSync(file, `admin: { listen: "0.0.0.0:${adminPort}" }\n`)
    expect(await askHealth([file])).toMatchObject({ status: 0 })
  })
})

test('scopegate schema prints the JSON Schema of the file', async () => {
  const { output, exited } = spawnCli(['schema'])
  expect(await exited).toBe(0)
  expect(JSON.parse(output())).toMatchObject({ title: 'The configuration of Scopegate' })
})

test('the line `listening` names version, file and number of routes', async () => {
  const gateway = await spawnGateway(api.replace('/x: public', '/x: { "GET, POST": public, PUT: public }'))
  const { stdout } = spawnSync(process.execPath, ['dist/cli.js', '--version'], { encoding: 'utf8' })
  const line = gateway.logs().find(({ msg }) => msg === 'listening')
  expect(line).toMatchObject({ version: stdout.trim(), file: gateway.file, routes: 2 })
})
