import { expect, test } from 'vitest'
import { asciiJson } from '../../../src/http/ascii-json.ts'

test.each(['a', '"\\', 'Aufgäben', '\u2028', '\u{1f600}', '\x7f\n'])('%j is written in ASCII', (value) => {
  const json = asciiJson({ value })
  expect(json).toMatch(/^[\x20-\x7e]+$/)
  expect(JSON.parse(json)).toEqual({ value })
})
