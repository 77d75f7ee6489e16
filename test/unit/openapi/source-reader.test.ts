import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSourceReader } from '../../../src/openapi/source-reader.ts'

function folder(): string {
  const name = mkdtempSync(join(tmpdir(), 'scopegate-source-'))
  onTestFinished(() => rmSync(name, { recursive: true }))
  mkdirSync(join(name, 'api'))
  writeFileSync(join(name, 'api/start.yaml'), 'a: 1')
  writeFileSync(join(name, 'api/part.yaml'), '\ufeffb: 2')
  writeFileSync(join(name, 'secret.yaml'), 'c: 3')
  symlinkSync(join(name, 'secret.yaml'), join(name, 'api/link.yaml'))
  return name
}

describe('files are read', () => {
  test('from the folder of the document and below, links resolved', async () => {
    const at = folder()
    const sources = createSourceReader(join(at, 'api/start.yaml'))
    const read = (name: string) => sources.read(new URL(name, sources.start))
    expect(await read('start.yaml')).toMatchObject({ text: 'a: 1' })
    expect(await read('part.yaml')).toMatchObject({ text: 'b: 2' })
    expect(await read('gone.yaml')).toEqual({ fault: 'no such file' })
    for (const name of ['../secret.yaml', 'link.yaml', '/etc/hostname'])
      expect(await read(name)).toEqual({ fault: expect.stringContaining('--root DIR widens that') })
    for (const name of ['http://a.test/x', 'data:text/plain,x', 'a%2Fb.yaml', 'a%00b'])
      expect(await read(name)).toEqual({ fault: expect.stringContaining('refers to files only') })
    expect(await read('.')).toEqual({ fault: expect.stringMatching(/outside|not a file/) })
  })

  test('from a wider folder where somebody says so', async () => {
    const at = folder()
    const sources = createSourceReader(join(at, 'api/start.yaml'), at)
    expect(await sources.read(new URL('../secret.yaml', sources.start))).toMatchObject({ text: 'c: 3' })
    expect(await sources.read(pathToFileURL('/etc/hostname'))).toHaveProperty('fault')
  })

  test('up to 3 MiB and in UTF-8', async () => {
    const at = folder()
    const write = (name: string, content: Buffer) => writeFileSync(join(at, 'api', name), content)
    write('large.yaml', Buffer.alloc(3 * 1024 * 1024, 'a'))
    write('larger.yaml', Buffer.alloc(3 * 1024 * 1024 + 1, 'a'))
    write('latin1.yaml', Buffer.from('é', 'latin1'))
    const sources = createSourceReader(join(at, 'api/start.yaml'))
    const read = (name: string) => sources.read(new URL(name, sources.start))
    expect(await read('large.yaml')).toHaveProperty('text')
    expect(await read('larger.yaml')).toEqual({ fault: 'larger than 3 MiB' })
    expect(await read('latin1.yaml')).toEqual({ fault: 'not UTF-8: save it in that encoding' })
  })
})

describe('URLs are fetched', () => {
  async function serve(): Promise<string> {
    const server = createServer(({ url = '' }, response) => {
      if (url === '/moved') return void response.writeHead(302, { Location: '/start' }).end()
      if (url === '/away') return void response.writeHead(302, { Location: 'http://127.0.0.1:1/x' }).end()
      if (url === '/gone') return void response.writeHead(404).end()
      if (url === '/large') return void response.end(Buffer.alloc(3 * 1024 * 1024 + 1, 'a'))
      response.end('a: 1')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    onTestFinished(() => void server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test('from the origin of the document alone, redirects included, up to 3 MiB', async () => {
    const origin = await serve()
    const sources = createSourceReader(`${origin}/start`)
    const read = (name: string) => sources.read(new URL(name, sources.start))
    expect(await read('/start')).toMatchObject({ text: 'a: 1' })
    expect(await read('/moved')).toMatchObject({ text: 'a: 1' })
    expect(await read('/gone')).toEqual({ fault: 'answered 404' })
    expect(await read('/large')).toEqual({ fault: `${origin}/large sent more than 3 MiB` })
    expect(await read('/away')).toEqual({ fault: expect.stringContaining('redirects to another origin') })
    expect(await read('http://localhost:1/x')).toEqual({
      fault: `of another origin than ${origin}, which is not read`,
    })
    expect(await read('file:///etc/hostname')).toEqual({ fault: expect.stringContaining('another origin') })
  })
})
