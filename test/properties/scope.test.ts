import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseScopes } from '../../src/token/scope.ts'

const characters = [...Array.from({ length: 0x5e }, (_, i) => String.fromCharCode(0x21 + i))].filter(
  (character) => character !== '"' && character !== '\\',
)
const scope = fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 20 })

test('scopes come back as they were joined, whole and case-sensitive', () => {
  fc.assert(
    fc.property(fc.array(scope), (scopes) => {
      expect(parseScopes(scopes.join(' '))).toEqual(new Set(scopes))
    }),
  )
})

test('a list and a string of the same scopes hold the same', () => {
  fc.assert(
    fc.property(fc.array(scope), (scopes) => {
      expect(parseScopes(scopes)).toEqual(parseScopes(scopes.join(' ')))
    }),
  )
})

test('whatever text comes, a scope held stands in it between spaces', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const pieces = new Set(text.split(' '))
      for (const held of parseScopes(text)) {
        expect(pieces.has(held)).toBe(true)
        for (const character of held) expect(characters).toContain(character)
      }
    }),
  )
})

test('what is no text and no list of texts holds nothing', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const isScope =
        typeof value === 'string' || (Array.isArray(value) && value.every((v) => typeof v === 'string'))
      if (!isScope) expect(parseScopes(value).size).toBe(0)
    }),
  )
})
