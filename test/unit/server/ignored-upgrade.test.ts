import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { headWithoutUpgrade, isIgnored } from '../../../src/server/ignored-upgrade.ts'

/** A request with these fields, as Node has parsed it. */
function requestWith(rawHeaders: readonly string[], method = 'GET'): IncomingMessage {
  return { method, url: '/a?b=c', httpVersion: '1.1', rawHeaders } as unknown as IncomingMessage
}

const offering = (...offers: string[]) => requestWith(offers.flatMap((offer) => ['upgrade', offer]))

describe('an upgrade is ignored', () => {
  it.each(['h2c', 'H2C', ' h2c\t', 'h2c-14'])('to %j, on every Node', (offer) => {
    expect(isIgnored(offering(offer), false)).toBe(true)
    expect(isIgnored(offering(offer), true)).toBe(true)
  })

  it.each(['TLS/1.0', 'websocketx', 'h2', 'h2cx', 'websocket, h2c', ''])(
    'to %j where all but WebSocket are',
    (offer) => {
      expect(isIgnored(offering(offer), false)).toBe(false)
      expect(isIgnored(offering(offer), true)).toBe(true)
    },
  )

  it.each([true, false])('to WebSocket never (all others: %s)', (all) => {
    expect(isIgnored(offering('websocket'), all)).toBe(false)
    expect(isIgnored(offering(' WebSocket '), all)).toBe(false)
    expect(isIgnored(offering('h2c', 'websocket'), all)).toBe(false)
  })

  it('only where one is asked for, and never with CONNECT', () => {
    expect(isIgnored(requestWith(['Connection', 'Upgrade', 'X', 'h2c']), true)).toBe(false)
    expect(isIgnored(requestWith(['Upgrade', 'h2c'], 'CONNECT'), true)).toBe(false)
  })
})

describe('the head without its upgrade', () => {
  it('is the head as it was sent, field by field, byte by byte', () => {
    const fields = ['Host', 'a.test', 'X-A', 'caf\u00e9 ', 'x-a', '', 'Connection', 'Upgrade']
    const upgrade = ['UPGRADE', 'h2c', 'Http2-Settings', 'AAMAAABk', 'upgrade', 'h2c']
    expect(headWithoutUpgrade(requestWith([...fields, ...upgrade], 'PATCH'))).toEqual(
      Buffer.from(
        'PATCH /a?b=c HTTP/1.1\r\nHost: a.test\r\nX-A: caf\u00e9 \r\nx-a: \r\nConnection: Upgrade\r\n\r\n',
        'latin1',
      ),
    )
  })
})
