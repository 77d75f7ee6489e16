import { describe, expect, it } from 'vitest'
import { closeFrame, FrameBoundaries } from '../../../src/proxy/websocket-frames.ts'

const bytes = (...values: number[]) => Buffer.from(values)
const text = (content: string) => Buffer.concat([bytes(0x81, content.length), Buffer.from(content)])

describe('the boundaries of frames', () => {
  it('are between frames at the beginning, and where one has ended', () => {
    const boundaries = new FrameBoundaries()
    expect(boundaries.isBetween).toBe(true)
    expect(boundaries.pass(text('hello'))).toBe(7)
    expect(boundaries.isBetween).toBe(true)
  })

  it('are behind the last frame that ends in a chunk, or nowhere', () => {
    const boundaries = new FrameBoundaries()
    expect(boundaries.pass(Buffer.concat([text('one'), text('two'), bytes(0x81, 9, 1)]))).toBe(10)
    expect(boundaries.isBetween).toBe(false)
    expect(boundaries.pass(bytes(2, 3))).toBe(0)
    expect(boundaries.pass(bytes(4, 5, 6, 7, 8, 9))).toBe(6)
  })

  it('are behind the header of a frame without content', () => {
    const boundaries = new FrameBoundaries()
    expect(boundaries.pass(bytes(0x89))).toBe(0)
    expect(boundaries.isBetween).toBe(false)
    expect(boundaries.pass(bytes(0))).toBe(1)
    expect(boundaries.isBetween).toBe(true)
  })

  it('count the mask, which is part of the header', () => {
    const boundaries = new FrameBoundaries()
    expect(boundaries.pass(bytes(0x88, 0x80, 1, 2, 3))).toBe(0)
    expect(boundaries.pass(bytes(4))).toBe(1)
    expect(boundaries.pass(bytes(0x81, 0x81, 1, 2, 3, 4, 0x55))).toBe(7)
  })

  it.each([
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
    [200_000, 10],
  ])('of a frame of %d bytes are behind its header of %d', (length, headerLength) => {
    const header = Buffer.alloc(headerLength)
    header[0] = 0x82
    header[1] = headerLength === 2 ? length : headerLength === 4 ? 126 : 127
    if (headerLength === 4) header.writeUInt16BE(length, 2)
    if (headerLength === 10) header.writeBigUInt64BE(BigInt(length), 2)
    const boundaries = new FrameBoundaries()
    expect(boundaries.pass(Buffer.concat([header, Buffer.alloc(length - 1)]))).toBe(0)
    expect(boundaries.pass(bytes(0, 0x81))).toBe(1)
  })

  it('of a frame longer than any memory never come', () => {
    const boundaries = new FrameBoundaries()
    expect(boundaries.pass(bytes(0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255))).toBe(0)
    for (let i = 0; i < 10; i++) expect(boundaries.pass(Buffer.alloc(1024))).toBe(0)
    expect(boundaries.isBetween).toBe(false)
  })
})

describe('a close frame', () => {
  it('of a server carries code and reason as they are', () => {
    const frame = closeFrame(1008, 'the token', false)
    expect([...frame.subarray(0, 4)]).toEqual([0x88, 11, 1008 >> 8, 1008 & 255])
    expect(frame.toString('latin1', 4)).toBe('the token')
  })

  it('of a client hides them behind a mask of its own', () => {
    const [one, other] = [closeFrame(1001, 'bye', true), closeFrame(1001, 'bye', true)]
    expect([...one.subarray(0, 2)]).toEqual([0x88, 0x80 | 5])
    expect(one.subarray(2, 6).equals(other.subarray(2, 6))).toBe(false)
    const shown = Buffer.from(one.subarray(6).map((byte, i) => byte ^ (one[2 + (i % 4)] ?? 0)))
    expect(shown.readUInt16BE()).toBe(1001)
    expect(shown.toString('latin1', 2)).toBe('bye')
  })

  it.each([true, false])('is one frame, masked: %s', (masked) => {
    const frame = closeFrame(1000, 'r'.repeat(123), masked)
    expect(new FrameBoundaries().pass(frame)).toBe(frame.length)
    expect(new FrameBoundaries().pass(frame.subarray(0, -1))).toBe(0)
  })
})
