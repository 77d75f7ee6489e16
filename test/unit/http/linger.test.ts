import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { lingerAfter, lingerOn } from '../../../src/http/linger.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** As much of a socket as the end of a connection needs. */
class FakeSocket extends EventEmitter {
  bytesRead = 1000
  destroyed = false
  ended = false
  flowing = false

  end(): void {
    this.ended = true
  }

  resume(): void {
    this.flowing = true
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }

  destroySoon(): void {
    this.destroy()
  }

  receive(bytes: number): void {
    this.bytesRead += bytes
    this.emit('data')
  }
}

function lingering(patienceMs?: number, request?: EventEmitter) {
  const socket = new FakeSocket()
  lingerOn(socket as unknown as Socket, patienceMs, request as unknown as IncomingMessage)
  return socket
}

/** Lets time pass second by second, in which the client sends each time. */
function pass(socket: FakeSocket, seconds: number, bytesEach: number): void {
  for (let i = 0; i < seconds; i++) {
    if (bytesEach > 0) socket.receive(bytesEach)
    vi.advanceTimersByTime(1000)
  }
}

const mebibyte = 1024 * 1024

describe('a connection on which a client may still be sending', () => {
  it('is half-closed, and what still comes is read', () => {
    const socket = lingering()
    expect([socket.ended, socket.flowing, socket.destroyed]).toEqual([true, true, false])
  })

  it('is closed when nothing came for five seconds', () => {
    const socket = lingering()
    pass(socket, 10, 1)
    vi.advanceTimersByTime(3500)
    expect(socket.destroyed).toBe(false)
    vi.advanceTimersByTime(1000)
    expect(socket.destroyed).toBe(true)
  })

  it('is closed sooner where less patience is asked for', () => {
    const socket = lingering(200)
    vi.advanceTimersByTime(199)
    expect(socket.destroyed).toBe(false)
    vi.advanceTimersByTime(1)
    expect(socket.destroyed).toBe(true)
  })

  it('is closed after thirty seconds, however steadily it sends', () => {
    const socket = lingering()
    pass(socket, 29, 1)
    expect(socket.destroyed).toBe(false)
    pass(socket, 1, 1)
    expect(socket.destroyed).toBe(true)
  })

  it('is closed after 64 MiB, of which what came before does not count', () => {
    const socket = lingering()
    socket.receive(64 * mebibyte)
    expect(socket.destroyed).toBe(false)
    socket.receive(1)
    expect(socket.destroyed).toBe(true)
  })

  it('is closed by an error, which nobody else may hear', () => {
    const socket = lingering()
    socket.emit('error', new Error('reset'))
    expect(socket.destroyed).toBe(true)
  })

  it('leaves no clock behind when it has closed', () => {
    const socket = lingering()
    expect(vi.getTimerCount()).toBe(1)
    socket.destroy()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is left alone when it has closed before', () => {
    const socket = new FakeSocket()
    socket.destroy()
    lingerOn(socket as unknown as Socket)
    expect([socket.ended, vi.getTimerCount()]).toEqual([false, 0])
  })
})

describe('where Node parses what comes', () => {
  it('nobody else listens for bytes: a listener would take them from the parser', () => {
    const socket = new FakeSocket()
    Reflect.set(socket, 'parser', {})
    lingerOn(socket as unknown as Socket)
    expect(socket.listenerCount('data')).toBe(0)
  })

  it('64 MiB are enough all the same, in half a second', () => {
    const socket = new FakeSocket()
    Reflect.set(socket, 'parser', {})
    lingerOn(socket as unknown as Socket)
    socket.receive(65 * mebibyte)
    vi.advanceTimersByTime(500)
    expect(socket.destroyed).toBe(true)
  })

  it('they are counted as the body of the request where there is one', () => {
    const request = new EventEmitter()
    const socket = lingering(undefined, request)
    expect(socket.listenerCount('data')).toBe(0)
    socket.bytesRead += 65 * mebibyte
    request.emit('data')
    expect(socket.destroyed).toBe(true)
  })
})

describe('after the last response of a connection', () => {
  function lingeringAfter() {
    const socket = new FakeSocket()
    const request = Object.assign(new EventEmitter(), { socket, resume: vi.fn() })
    const response = Object.assign(new EventEmitter(), { req: request })
    lingerAfter(response as unknown as ServerResponse)
    return { socket, request, response }
  }

  it('the connection lingers once that is out, and Node does not close both sides', () => {
    const { socket, response } = lingeringAfter()
    expect(socket.ended).toBe(false)
    response.emit('finish')
    socket.destroySoon()
    expect([socket.ended, socket.destroyed]).toEqual([true, false])
  })

  it('the body is read at once, and goes on to be read when whoever has read it lets go', () => {
    const { request } = lingeringAfter()
    expect(request.resume).toHaveBeenCalledTimes(1)
    request.emit('pause')
    expect(request.resume).toHaveBeenCalledTimes(2)
    expect(request.listenerCount('data')).toBe(1)
  })
})
