import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wholeLines } from '../../../src/workers/whole-lines.ts'

function collect() {
  const written: string[] = []
  return { written, take: wholeLines((lines) => void written.push(lines)) }
}

describe('what a worker writes', () => {
  test('is passed on line by line, however it was cut on its way', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.infiniteStream(fc.nat(9)), (texts, sizes) => {
        const all = texts.map((text) => `${text.replaceAll('\n', ' ')}\n`).join('')
        const bytes = Buffer.from(all)
        const { written, take } = collect()
        for (let at = 0; at < bytes.length; ) {
          const size = 1 + (sizes.next().value ?? 0)
          take(bytes.subarray(at, at + size))
          at += size
        }
        expect(written.join('')).toBe(all)
        expect(written.every((lines) => lines.endsWith('\n'))).toBe(true)
      }),
    )
  })

  test('and did not end, because it was killed, is dropped', () => {
    const { written, take } = collect()
    take(Buffer.from('one\n{"half'))
    expect(written).toEqual(['one\n'])
  })
})
