import { createServer } from 'node:net'
import { join } from 'node:path'
import type { buildConnector, Client } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen, portOf } from '../../../src/server/listener.ts'
import { isUnsolicitedInterim } from '../../../src/upstream/undici-client.ts'

/** The three things of undici that are private, and on which src/upstream/undici-client.ts hangs. */
const move =
  'undici has changed a private part: read the top of src/upstream/undici-client.ts before you upgrade'

async function load<T>(file: string): Promise<T | undefined> {
  const loaded = await import(join('undici/lib', file)).catch(() => undefined)
  return loaded?.default
}

/** An upstream that sends these bytes to whoever connects, as soon as a request comes. */
async function sending(bytes: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.write(bytes))
  })
  await listen(server, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${portOf(server)}`
}

/** The names of the handler's functions that undici calls, in order, and the error if there is one. */
async function told(url: string): Promise<{ readonly calls: string[]; readonly error: Error | undefined }> {
  const ClientClass = await load<typeof Client>('dispatcher/client.js')
  if (ClientClass === undefined) throw new Error(move)
  const client = new ClientClass(url, { pipelining: 1 })
  onTestFinished(() => client.destroy())
  const calls: string[] = []
  return new Promise((resolve) => {
    const note =
      (name: string, last = false) =>
      (error?: unknown) => {
        calls.push(name)
        if (last) resolve({ calls, error: error instanceof Error ? error : undefined })
        return true
      }
    client.dispatch(
      { path: '/', method: 'GET' },
      {
        onConnect: note('onConnect'),
        onResponseStarted: note('onResponseStarted'),
        onHeaders: note('onHeaders'),
        onData: note('onData'),
        onComplete: note('onComplete', true),
        onError: note('onError', true),
      },
    )
  })
}

describe('undici still has', () => {
  test.each(['dispatcher/client.js', 'core/connect.js'])(
    'the file lib/%s, which exports a function',
    async (file) => {
      const exported = await load<typeof Client | typeof buildConnector>(file)
      expect(typeof exported, move).toBe('function')
    },
  )

  test('handlers with the names before version 8', async () => {
    const { calls } = await told(await sending('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
    expect(calls, move).toEqual(['onConnect', 'onResponseStarted', 'onHeaders', 'onData', 'onComplete'])
  })

  test.each([
    ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ])('the message by which an unsolicited %s is told from a closed connection', async (_, bytes) => {
    const { error } = await told(await sending(bytes))
    expect(error, move).toMatchObject({ code: 'UND_ERR_SOCKET' })
    expect(error && isUnsolicitedInterim(error), `${move}: it says ${error?.message}`).toBe(true)
  })
})
