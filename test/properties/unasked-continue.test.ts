import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UnaskedContinue } from '../../src/upstream/unasked-continue.ts'
import { cutsOf } from '../support/cuts.ts'

const token = fc.stringMatching(/^[A-Za-z0-9-]{1,8}$/)
const fields = fc
  .array(fc.tuple(token, token), { maxLength: 3 })
  .map((all) => all.map(([name, value]) => `${name}: ${value}\r\n`).join(''))
const headOf = (status: number, reason: string, lines: string) =>
  `HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n`
const interim = fc
  .tuple(fc.constantFrom(100, 100, 102, 103, 199), token, fields)
  .map(([status, reason, lines]) => ({ status, text: headOf(status, reason, lines) }))
const final = fc
  .tuple(fc.constantFrom(101, 200, 204, 404), token, fields, fc.string({ unit: 'binary-ascii' }))
  .map(([status, reason, lines, body]) => headOf(status, reason, lines) + body)

/** The bytes that a parser gets of these pieces, which are read after a request was sent. */
function readThrough(pieces: readonly Buffer[]): string {
  const continues = new UnaskedContinue()
  continues.expectHead()
  return Buffer.concat(pieces.map((piece) => continues.pass(piece) ?? Buffer.alloc(0))).toString('latin1')
}

test('however a response is cut, a parser reads it without the 100 heads, and nothing else is missing', () => {
  fc.assert(
    fc.property(fc.array(interim, { maxLength: 4 }), final, cutsOf, (interims, response, cuts) => {
      const sent = interims.map(({ text }) => text).join('') + response
      const kept = interims.filter(({ status }) => status !== 100).map(({ text }) => text)
      expect(readThrough(cuts(Buffer.from(sent, 'latin1')))).toBe(kept.join('') + response)
    }),
  )
})

test('whatever comes, it is read alike however it is cut, but for a head that has not ended', () => {
  const piece = fc.oneof(
    fc.constantFrom('HTTP/1.1 100', 'HTTP/1.1 1', ' X', '\r\n', '\r\n\r\n', '\n', '\r', 'HTTP/1.1 200 OK'),
    fc.string({ unit: 'binary-ascii', maxLength: 5 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), cutsOf, (pieces, cuts) => {
      // A response at the end lets go of whatever is held back.
      const bytes = Buffer.from(`${pieces.join('')}\r\n\r\nHTTP/1.1 200 OK\r\n\r\n`, 'latin1')
      expect(readThrough(cuts(bytes))).toBe(readThrough([bytes]))
    }),
  )
})
