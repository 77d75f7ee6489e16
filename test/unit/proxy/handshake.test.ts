import { describe, expect, it } from 'vitest'
import { acceptsHandshake } from '../../../src/proxy/handshake.ts'

// The example of RFC 6455 section 1.3.
const request = ['Host', 'a.test', 'Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==']
const proof = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
const response = ['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', proof]

describe('the response to a WebSocket handshake', () => {
  it('is accepted with 101, the upgrade and the proof', () => {
    expect(acceptsHandshake(101, response, request)).toBe(true)
  })

  it('may be bytes, in any letter case, with white space around its values', () => {
    const spelt = ['UPGRADE', ' WebSocket', 'sec-websocket-accept', `${proof}\t`]
    const bytes = spelt.map((text) => Buffer.from(text, 'latin1'))
    expect(acceptsHandshake(101, bytes, ['sec-websocket-key', ` ${request[3]} `])).toBe(true)
  })

  it.each<[string, number, readonly string[]]>([
    ['has another status', 200, response],
    ['does not switch', 101, response.slice(2)],
    ['switches to another protocol', 101, ['Upgrade', 'h2c', ...response.slice(4)]],
    ['switches to several', 101, ['Upgrade', 'websocket, h2c', ...response.slice(4)]],
    ['proves nothing', 101, response.slice(0, 4)],
    ['proves that it read another request', 101, [...response.slice(0, 5), `${proof.slice(0, -2)}a=`]],
    ['writes the proof in another letter case', 101, [...response.slice(0, 5), proof.toLowerCase()]],
    ['is empty', 101, []],
  ])('is not accepted when it %s', (_, status, fields) => {
    expect(acceptsHandshake(status, fields, request)).toBe(false)
  })

  it('is not accepted for the key of another client', () => {
    expect(acceptsHandshake(101, response, ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA=='])).toBe(false)
  })
})
