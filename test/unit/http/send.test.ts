import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer as createNetServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { endWithBody, headText, sendOnSocket, sendResponse } from '../../../src/http/send.ts'
import { openConnection, type RawConnection } from '../../support/connection.ts'

const own = { status: 404, headers: ['Content-Type', 'a/b', 'Content-Length', '2'], body: 'no' }

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port // A TCP listener has no other address.
}

/** A client of an HTTP server whose every response is sent so. */
async function clientOf(respond: (response: ServerResponse) => void): Promise<RawConnection> {
  return openConnection(await portOf(createServer((_, response) => respond(response))))
}

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'
const upload = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100000\r\n\r\nbegun'

describe('a response of the gateway', () => {
  it('is sent with its status, its fields and its body, and the connection can be used again', async () => {
    const client = await clientOf((response) => sendResponse(response, own, false))
    for (const turn of [1, 2]) {
      client.write(get)
      await expect.poll(() => client.text().match(/HTTP\/1\.1 404 Not Found\r\n/g)?.length).toBe(turn)
    }
    expect(client.text()).toMatch(/\r\nContent-Type: a\/b\r\nContent-Length: 2\r\n.*\r\n\r\nno$/s)
    expect(client.ended).toBe(false)
  })

  it('can be the last one of its connection: what the client still sends is no request', async () => {
    let requests = 0
    const client = await clientOf((response) => {
      requests += 1
      sendResponse(response, own, true)
    })
    client.write(upload)
    await client.over
    client.write(get.repeat(100))
    expect(client.text()).toMatch(/\r\nConnection: close\r\n/)
    expect(client.text()).toMatch(/no$/)
    expect(client.error).toBeUndefined()
    expect(requests).toBe(1)
  })
})

describe('on a bare socket', () => {
  it('a response is sent whole, with a date and the end of the connection', async () => {
    const server = createNetServer({ allowHalfOpen: true }, (socket) => sendOnSocket(socket, own))
    const client = await openConnection(await portOf(server))
    await client.over
    const fields = 'Content-Type: a/b\r\nContent-Length: 2\r\nDate: [^\r]+ GMT\r\nConnection: close\r\n'
    expect(client.text()).toMatch(new RegExp(`^HTTP/1\\.1 404 Not Found\r\n${fields}\r\nno$`))
    client.socket.end()
  })

  it('nothing is sent where nobody can read it: the socket is destroyed', () => {
    let destroyed = false
    const socket = { writable: false, destroy: () => (destroyed = true) }
    sendOnSocket(socket as unknown as Socket, own)
    expect(destroyed).toBe(true)
  })
})

describe('the text of a head', () => {
  it('has names and values in turn, several of a name too', () => {
    expect(headText(101, ['Upgrade', 'websocket', 'A', '1', 'a', '2'])).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nA: 1\r\na: 2\r\n\r\n',
    )
  })

  it('has no reason where Node knows none', () => {
    expect(headText(299, [])).toBe('HTTP/1.1 299 \r\n\r\n')
  })
})

describe('a whole body', () => {
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('latin1')

  it.each<[string, readonly string[]]>([
    ['with its length', ['Content-Length', '256']],
    ['in chunks', []],
  ])('arrives byte for byte %s', async (_, headers) => {
    const client = await clientOf((response) => {
      response.writeHead(200, [...headers])
      endWithBody(response, everyByte)
    })
    client.write(get)
    await expect.poll(client.text).toContain(everyByte)
    expect(client.text().endsWith(headers.length > 0 ? everyByte : `${everyByte}\r\n0\r\n\r\n`)).toBe(true)
  })

  it('leaves in one write with its head', async () => {
    const written: unknown[] = []
    const client = await clientOf((response) => {
      const { socket } = response
      if (socket === null) throw new Error('no socket')
      const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
      Object.assign(socket, {
        write(...args: unknown[]) {
          written.push(args[0])
          return write(...args)
        },
      })
      sendResponse(response, own, false)
    })
    client.write(get)
    await expect.poll(client.text).toMatch(/no$/)
    expect(written).toEqual([client.text()])
  })
})
