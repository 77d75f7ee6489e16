import { describe, expect, it } from 'vitest'
import { UnaskedContinue } from '../../../src/upstream/unasked-continue.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const interim = (status: number | string, fields = '') => `HTTP/1.1 ${status} X\r\n${fields}\r\n`

/** A connection on which a request has been sent, and what a parser then reads of these pieces. */
function readerOf() {
  const continues = new UnaskedContinue()
  continues.expectHead()
  return {
    continues,
    read: (...pieces: string[]) =>
      pieces.map((piece) => continues.pass(Buffer.from(piece, 'latin1'))?.toString('latin1') ?? null),
  }
}

describe('100 Continue that nobody asked for', () => {
  it.each([
    ['one', interim(100)],
    ['several', interim(100) + interim(100)],
    ['with fields', interim(100, 'Server: x\r\n')],
    ['without a reason', 'HTTP/1.1 100\r\n\r\n'],
  ])('is taken out before a response: %s', (_, heads) => {
    expect(readerOf().read(heads + ok)).toEqual([ok])
  })

  it('is taken out alone, and the response passes when it comes', () => {
    expect(readerOf().read(interim(100), ok)).toEqual([null, ok])
  })

  it('is taken out in pieces, and nothing is read before it is known what it is', () => {
    expect(readerOf().read('HTTP/1.', '1 10', '0 X\r\n\r', '\nHTTP/1.1 200')).toEqual([
      null,
      null,
      null,
      'HTTP/1.1 200',
    ])
  })

  it('is left where it stands in a body, or behind a response', () => {
    const { read } = readerOf()
    expect(read(ok, interim(100), ok + interim(100))).toEqual([ok, interim(100), ok + interim(100)])
  })

  it('is looked for again when the next request is sent, and what was held back before is forgotten', () => {
    const { continues, read } = readerOf()
    read('HTTP/1.1 1')
    continues.expectHead()
    expect(read(interim(100) + ok)).toEqual([ok])
    continues.expectHead()
    expect(read(interim(100) + ok)).toEqual([ok])
  })
})

describe('every other head passes as it is', () => {
  it.each([
    ['a response', ok],
    ['another interim head', interim(103, 'Link: </a>\r\n') + ok],
    ['101, and what follows it', interim(101) + interim(100) + ok],
    ['no HTTP at all', 'SSH-2.0-x\r\n'],
    ['a status of four digits', interim(1000) + ok],
    ['a status with a letter', interim('100x') + ok],
  ])('%s', (_, bytes) => {
    expect(readerOf().read(bytes)).toEqual([bytes])
  })
})

describe('found by attack', () => {
  // The blank line of the response was taken for the end of the 100, and its body for a head: whoever can
  // store a body at the upstream could answer the request of anybody.
  it('a 100 whose lines end in LF alone does not take the head of the response along', () => {
    const bytes = `HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n${ok}`
    expect(readerOf().read(bytes)).toEqual([bytes])
  })

  it.each(['HTTP/1.1 100 X\n', 'HTTP/1.1 100 X\r\nA: b\n', 'HTTP/1.1 100 X\rA'])(
    'a broken line is not waited behind: %j',
    (bytes) => {
      expect(readerOf().read(bytes)).toEqual([bytes])
    },
  )

  it('100 behind another interim head, which was fatal', () => {
    expect(readerOf().read(interim(103) + interim(100) + ok)).toEqual([interim(103) + ok])
    expect(readerOf().read(interim(102), interim(100), ok)).toEqual([interim(102), null, ok])
  })

  it.each([1, 100, 20_000])(
    'an interim head without end is held back up to 8 KiB, in pieces of %d',
    (size) => {
      const bytes = `HTTP/1.1 100 X\r\nA: ${'a'.repeat(9000)}`
      const pieces = bytes.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
      const read = readerOf().read(...pieces)
      const firstRead = read.findIndex((text) => text !== null)
      expect(read[firstRead]?.length).toBeGreaterThanOrEqual(8192)
      expect(read[firstRead]?.length).toBeLessThan(8192 + size)
      expect(read.join('')).toBe(bytes)
    },
  )
})
