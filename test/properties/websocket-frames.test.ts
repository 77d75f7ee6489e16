import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameBoundaries } from '../../src/proxy/websocket-frames.ts'
import { cutsOf } from '../support/cuts.ts'

/** Frames whose lengths are around those at which the form of the header changes. */
const frame = fc
  .record({
    first: fc.integer({ min: 0, max: 255 }),
    masked: fc.boolean(),
    length: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(125, 126, 127, 65_535, 65_536)),
    fill: fc.integer({ min: 0, max: 255 }),
    // A sender may write a small length in a long form, though it must not (RFC 6455 section 5.2).
    spare: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ first, masked, length, fill, spare }) => {
    const form = Math.max(spare, length > 65_535 ? 2 : length > 125 ? 1 : 0)
    const extended = Buffer.alloc([0, 2, 8][form] ?? 0)
    if (form === 1) extended.writeUInt16BE(Math.min(length, 65_535))
    if (form === 2) extended.writeBigUInt64BE(BigInt(length))
    const second = (masked ? 0x80 : 0) | ([length, 126, 127][form] ?? 0)
    const mask = Buffer.alloc(masked ? 4 : 0, fill)
    return Buffer.concat([Buffer.from([first, second]), extended, mask, Buffer.alloc(length, fill)])
  })

test('boundaries are found however the bytes are cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), cutsOf, fc.nat({ max: 7 }), (frames, cuts, missing) => {
      const all = Buffer.concat(frames)
      // The last frame may be incomplete.
      const sent = all.subarray(0, Math.max(all.length - missing, 0))
      const ends = new Set(frames.map((_, i) => Buffer.concat(frames.slice(0, i + 1)).length))

      const boundaries = new FrameBoundaries()
      let at = 0
      for (const chunk of cuts(sent)) {
        const start = at
        at += chunk.length
        const last = Math.max(0, ...[...ends].filter((end) => end > start && end <= at))
        expect(boundaries.pass(chunk)).toBe(last === 0 ? 0 : last - start)
        expect(boundaries.isBetween).toBe(ends.has(at))
      }
    }),
  )
})
