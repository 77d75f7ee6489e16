import { expect, it } from 'vitest'
import { wrap } from '../../../../src/dev/demo/wrap.ts'

it('breaks between words', () => {
  expect(wrap('one two three four five', 9)).toEqual(['one two', 'three', 'four five'])
})

it('leaves a word that is longer than the line whole', () => {
  expect(wrap('a https://api.example.com/very/long b', 10)).toEqual([
    'a',
    'https://api.example.com/very/long',
    'b',
  ])
})
