import { expect, test } from 'vitest'
import { scopeList, scopeText, scopeToken } from '../../../src/http/scope-token.ts'

const everyByte = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte))
const inScopes = everyByte.filter((character) => /[!-~]/.test(character) && !/["\\]/.test(character))

test('a scope holds printable ASCII without space, quote and backslash', () => {
  expect(everyByte.filter((character) => scopeToken.test(character))).toEqual(inScopes)
  expect(scopeToken.test('')).toBe(false)
  expect(scopeToken.test('read\n')).toBe(false)
})

test('scopes are listed with one space between them', () => {
  for (const list of ['read', 'read write', 'a b c']) expect(scopeList.test(list)).toBe(true)
  for (const other of ['', ' ', ' read', 'read ', 'read  write', 'read\twrite', 'read\n']) {
    expect(scopeList.test(other), JSON.stringify(other)).toBe(false)
  }
})

test('people may write as many spaces as they like, and nothing else that is no scope', () => {
  for (const text of ['', ' ', ' read  write ']) expect(scopeText.test(text)).toBe(true)
  expect(everyByte.filter((character) => scopeText.test(character))).toEqual([' ', ...inScopes])
})
