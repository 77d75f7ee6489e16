import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { asksForHttp2, mayLoseBytes } from '../../../src/server/ignored-upgrade.ts'

test.each([
  [['Upgrade', 'h2c'], true],
  [['A', 'b', 'UPGRADE', ' H2C '], true],
  [['Upgrade', 'h2c-14'], true],
  [['Upgrade', 'h2c', 'Upgrade', 'h2c'], true],
  [['Upgrade', 'websocket'], false],
  [['Upgrade', 'h2c, websocket'], false],
  [['Upgrade', 'h2c', 'Upgrade', 'websocket'], false],
  [['Upgrade', 'h2'], false],
  [['X', 'h2c'], false],
  [[], false],
])('%j asks for HTTP/2 and nothing else: %s', (rawHeaders, asks) => {
  expect(asksForHttp2(rawHeaders)).toBe(asks)
})

describe('bytes behind the head are lost', () => {
  /** A socket whose parser reads these bytes at the moment. */
  function reading(bytes: string | undefined): Socket {
    const parser = bytes === undefined ? {} : { getCurrentBuffer: () => Buffer.from(bytes) }
    return Object.assign(new Socket(), { parser })
  }

  test.each([
    ['GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n', false],
    ['rade: h2c\r\n\r\n', false],
    ['c\r\n\r\n', false],
    ['GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\nGET /2 HTTP/1.1\r\n\r\n', true],
    ['GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n.', true],
    // The head began to end in the bytes before: what ends here is the next one.
    ['\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n', true],
    ['\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n', true],
    ['\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n', true],
    ['\r\n', true],
    [undefined, true],
  ])('when it came in %j: %s', (bytes, lost) => {
    expect(mayLoseBytes(['Upgrade', 'h2c'], reading(bytes))).toBe(lost)
  })

  test('when it has a body: the parser stops at its end', () => {
    const socket = reading('POST / HTTP/1.1\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\n')
    expect(mayLoseBytes(['Upgrade', 'h2c', 'Content-Length', '1'], socket)).toBe(true)
    expect(mayLoseBytes(['transfer-encoding', 'chunked'], socket)).toBe(true)
  })

  test('when there is no parser to ask', () => {
    expect(mayLoseBytes([], new Socket())).toBe(true)
  })
})
