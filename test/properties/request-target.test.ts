import fc from 'fast-check'
import { expect, it } from 'vitest'
import { foldPath, foldSegment } from '../../src/http/look-alike.ts'
import { parseRequestTarget } from '../../src/http/request-target.ts'

const piece = fc.oneof(
  fc.constantFrom(
    '/',
    '/',
    '.',
    '..',
    ';',
    '%2e',
    '%2F',
    '%5c',
    '%25',
    '%3b',
    '%23',
    'a',
    'Z',
    '~',
    '%c3%a9',
    '%C0%AE',
    '?',
  ),
  fc.integer({ min: 0, max: 255 }).map((byte) => `%${byte.toString(16).padStart(2, '0')}`),
  fc.integer({ min: 0x21, max: 0x7e }).map((byte) => String.fromCharCode(byte)),
)
const target = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`)

const parse = (raw: string) => parseRequestTarget(raw, 'GET', 'gw.test')

it('a canonical path is a fixed point', () => {
  fc.assert(
    fc.property(target, (raw) => {
      const first = parse(raw)
      if ('code' in first) return
      const again = parse(first.query === undefined ? first.path : `${first.path}?${first.query}`)
      expect(again).toEqual(first)
    }),
    { numRuns: 3000 },
  )
})

it('a canonical path never holds a dot segment, a control character or an escaped unreserved character', () => {
  fc.assert(
    fc.property(target, (raw) => {
      const parsed = parse(raw)
      if ('code' in parsed) return
      expect(parsed.path).not.toMatch(/(?:\/|%2F|%5C)\.\.?(?:$|[/;]|%2F|%5C|%3B)/)
      expect(parsed.path).not.toMatch(/%(?:[01][0-9A-F]|7F|2D|2E|5F|7E|3[0-9]|[46][1-9A-F]|[57][0-9A])/)
      expect(parsed.path).not.toMatch(/[^\x21-\x7e]|[\\#?]/)
    }),
    { numRuns: 3000 },
  )
})

it('a target that a URL parser reads as another path is refused or irregular', () => {
  fc.assert(
    fc.property(target, (raw) => {
      const parsed = parse(raw)
      if ('code' in parsed || parsed.irregularities !== 0) return
      const seen = new URL(`http://gw.test${parsed.path}`).pathname
      expect(decodeURIComponent(seen)).toBe(decodeURIComponent(parsed.path))
    }),
    { numRuns: 3000 },
  )
})

it('folding leaves a plain path alone', () => {
  fc.assert(
    fc.property(target, (raw) => {
      const parsed = parse(raw.toLowerCase())
      if ('code' in parsed || !parsed.plain) return
      expect(foldPath(parsed.path, [])).toBe(parsed.path)
    }),
    { numRuns: 3000 },
  )
})

it('folding never yields a dot segment, whatever the route allows', () => {
  fc.assert(
    fc.property(target, (raw) => {
      const parsed = parse(raw)
      if ('code' in parsed) return
      const folded = foldPath(parsed.path, [])
      if (folded !== undefined) expect(folded).not.toMatch(/(?:^|\/)\.{1,2}(?:\/|$)/)
    }),
    { numRuns: 3000 },
  )
})

it('folding a path of literals equals folding its segments', () => {
  const literal = fc
    .array(
      fc.constantFrom('a', 'B', '.', '%20', '%25', '%C3%89', '%E2%84%AA', '%EF%BD%81', '-', ':', '.json'),
      { minLength: 1, maxLength: 6 },
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.array(literal, { minLength: 1, maxLength: 4 }), (segments) => {
      const path = `/${segments.join('/')}`
      const folded = foldPath(path, [])
      if (folded === undefined) return
      const last = segments.length - 1
      expect(`/${segments.map((segment, i) => foldSegment(segment, [], i === last)).join('/')}`).toBe(folded)
    }),
    { numRuns: 3000 },
  )
})
