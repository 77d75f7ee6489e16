import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Turns } from '../../../src/server/turns.ts'

/** As much of a socket as a connection needs; nothing is on its way. */
class FakeSocket extends EventEmitter {
  bytesRead = 0
  writableLength = 0
  writable = true
  destroyed = false
  ended = false

  end(): void {
    this.ended = true
  }

  resume(): void {}

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }

  /** Node leaves what follows unread. */
  get isHeldUp(): boolean {
    return this.listenerCount('readable') > 0
  }
}

/** A connection, and what is done with it. `events` says it in order. */
function connect({ ignoresUpgrades = false, idleMs = 5000 } = {}) {
  const events: string[] = []
  const socket = new FakeSocket()
  const server = { stopping: false, ignoresUpgrades, idleMs }
  const closed = new Map<string, () => void>()
  const turns = new Turns(socket as unknown as Socket, {
    ...server,
    get stopping() {
      return server.stopping
    },
    handle(request, _, onClosed) {
      const name = request.url ?? ''
      events.push(`serve ${name}`)
      closed.set(name, onClosed)
      return {
        clientLeft: () => events.push(`${name}: the client left`),
        clientHalfClosed: () => events.push(`${name}: the client half-closed`),
        cut: (code) => events.push(`${name}: ${code}`),
      }
    },
    upgrade: (request) => events.push(`upgrade ${request.url}`),
    parseAgain: (_, bytes) => events.push(`parse ${bytes.toString('latin1').split(' HTTP')[0]}`),
  })

  /** A request arrives. */
  function request(name: string) {
    const response = {
      shouldKeepAlive: true,
      headersSent: false,
      writableEnded: false,
      req: { complete: true },
      emit: (event: string) => events.push(`${name}: ${event}`),
    }
    const incoming = { url: name, method: 'GET', rawHeaders: [] }
    turns.request(incoming as unknown as IncomingMessage, response as unknown as ServerResponse)
    return {
      response,
      /** Its response is over. */
      end: () => closed.get(name)?.(),
    }
  }

  function upgrade(name: string, protocol = 'websocket'): void {
    const incoming = { url: name, method: 'GET', httpVersion: '1.1', rawHeaders: ['Upgrade', protocol] }
    turns.upgrade(incoming as unknown as IncomingMessage, Buffer.from('early'))
  }

  return { turns, socket, server, events, request, upgrade }
}

describe('the requests of a connection', () => {
  it('are served one at a time, in order, each when the one before is over', () => {
    const { events, socket, request } = connect()
    const [one, two] = [request('/1'), request('/2')]
    request('/3')
    expect(events).toEqual(['serve /1'])
    expect(socket.isHeldUp).toBe(true)
    one.end()
    expect(events).toEqual(['serve /1', 'serve /2'])
    expect(socket.isHeldUp).toBe(true)
    two.end()
    expect(events).toEqual(['serve /1', 'serve /2', 'serve /3'])
    expect(socket.isHeldUp).toBe(false)
  })

  it('are not looked at behind the last response', () => {
    const { events, request } = connect()
    const one = request('/1')
    one.response.shouldKeepAlive = false
    request('/2')
    one.end()
    request('/3')
    expect(events).toEqual(['serve /1'])
  })

  it.each([
    ['whose body has not come to its end', { complete: false }, true],
    ['whose connection takes no more', { complete: true }, false],
  ])('are not looked at behind one %s', (_, req, writable) => {
    const { events, socket, request } = connect()
    const one = request('/1')
    Object.assign(one.response, { req })
    socket.writable = writable
    one.end()
    request('/2')
    expect(events).toEqual(['serve /1'])
  })

  it('are over with their socket: the one in service hears of it, those that wait are forgotten', () => {
    const { events, socket, request } = connect()
    const one = request('/1')
    request('/2')
    socket.destroy()
    one.end()
    expect(events).toEqual(['serve /1', '/1: the client left'])
  })

  it('hear that the client has closed its side, and why the gateway cuts them', () => {
    const { turns, events, socket, request } = connect()
    turns.cut('gateway_stopping', 'nobody is there')
    const one = request('/1')
    socket.emit('end')
    turns.cut('gateway_stopping', 'it took too long')
    one.end()
    turns.cut('gateway_stopping', 'it is over')
    expect(events).toEqual(['serve /1', '/1: the client half-closed', '/1: gateway_stopping'])
  })
})

describe('when the process stops', () => {
  it('the response that has not begun is the last one of its connection', () => {
    const { turns, request } = connect()
    turns.closeSoon()
    const one = request('/1')
    turns.closeSoon()
    expect(one.response.shouldKeepAlive).toBe(false)
  })

  it('one that has begun is not, but the next one is', () => {
    const { turns, server, request } = connect()
    const [one, two] = [request('/1'), request('/2')]
    one.response.headersSent = true
    server.stopping = true
    turns.closeSoon()
    expect(one.response.shouldKeepAlive).toBe(true)
    one.end()
    expect(two.response.shouldKeepAlive).toBe(false)
  })
})

describe('an upgrade', () => {
  it('takes the connection when all before it is over, and nothing behind it is looked at', () => {
    const { events, request, upgrade } = connect()
    const one = request('/1')
    upgrade('/socket')
    expect(events).toEqual(['serve /1'])
    one.end()
    request('/2')
    expect(events).toEqual(['serve /1', 'upgrade /socket'])
  })

  it('passes on to the response ahead of it that the client takes more, since Node no longer does', () => {
    const { events, socket, request, upgrade } = connect()
    const one = request('/1')
    upgrade('/socket')
    socket.emit('drain')
    one.end()
    socket.emit('drain')
    expect(events).toEqual(['serve /1', '/1: drain', 'upgrade /socket'])
  })

  it('ends the connection when it breaks before its turn, and not the process', () => {
    const { socket, request, upgrade } = connect()
    request('/1')
    upgrade('/socket')
    socket.emit('error', new Error('reset'))
    expect(socket.destroyed).toBe(true)
  })

  it.each([
    ['h2c', false],
    ['other', true],
  ])('to %s is ignored: the request is parsed again, and the connection goes on', (protocol, all) => {
    const { events, socket, request, upgrade } = connect({ ignoresUpgrades: all })
    upgrade('/1', protocol)
    const again = request('/1')
    again.end()
    request('/2')
    expect(events).toEqual(['parse GET /1', 'serve /1', 'serve /2'])
    expect(['readable', 'drain', 'error'].map((name) => socket.listenerCount(name))).toEqual([0, 0, 0])
  })
})

describe('what does not parse', () => {
  it('is refused when all before it is over, and nothing behind it is looked at', () => {
    const { turns, events, request } = connect()
    const one = request('/1')
    turns.refuse(() => events.push('refuse'))
    one.end()
    request('/2')
    expect(events).toEqual(['serve /1', 'refuse'])
  })

  it('makes the response before it the last one: then the connection is closed, without haste', () => {
    const { turns, events, socket, request } = connect()
    const [one, two] = [request('/1'), request('/2')]
    turns.closeAfterCurrent()
    one.end()
    expect([events.at(-1), socket.ended]).toEqual(['serve /2', false])
    two.end()
    request('/3')
    expect([events.at(-1), socket.ended, socket.destroyed]).toEqual(['serve /2', true, false])
    socket.destroy()
  })
})

describe('a still connection', () => {
  it('is closed after timeouts.idle, and not while something comes or goes', () => {
    const { turns, socket } = connect()
    turns.look(1000)
    turns.look(5999)
    socket.bytesRead += 1
    turns.look(7000)
    turns.look(11_999)
    expect(socket.destroyed).toBe(false)
    turns.look(12_000)
    expect(socket.destroyed).toBe(true)
  })

  it('is not one whose request is served, however long that takes', () => {
    const { turns, socket, request } = connect()
    turns.look(0)
    const one = request('/1')
    for (const second of [1, 10, 100, 1000]) turns.look(second * 1000)
    one.end()
    turns.look(1_001_000)
    turns.look(1_005_999)
    expect(socket.destroyed).toBe(false)
    turns.look(1_006_000)
    expect(socket.destroyed).toBe(true)
  })

  it('is one whose client takes nothing of a response that is complete', () => {
    const { turns, socket, request } = connect()
    const one = request('/1')
    one.response.writableEnded = true
    socket.writableLength = 5000
    turns.look(0)
    socket.writableLength = 4000
    turns.look(4000)
    turns.look(8999)
    expect(socket.destroyed).toBe(false)
    turns.look(9000)
    expect(socket.destroyed).toBe(true)
  })

  it('is left to whoever has taken it over', () => {
    const { turns, socket, upgrade } = connect()
    upgrade('/socket')
    for (const second of [0, 10, 20]) turns.look(second * 1000)
    expect(socket.destroyed).toBe(false)
  })
})
