import { expect, test } from 'vitest'
import { parseScopes } from '../../../src/token/scope.ts'

test.each([
  ['read write', ['read', 'write']],
  [' admin ', ['admin']],
  ['read  read', ['read']],
  ['constructor __proto__', ['constructor', '__proto__']],
  [
    ['read', 'write'],
    ['read', 'write'],
  ],
  ['read,admin', ['read,admin']],
  ['ADMIN', ['ADMIN']],
])('%j holds %j', (claim, scopes) => {
  expect([...parseScopes(claim)]).toEqual(scopes)
})

test.each([
  [undefined],
  [null],
  [1],
  [''],
  ['   '],
  ['read\nadmin'],
  ['read\u3000admin'],
  ['\uff41dmin'],
  ['admin\0'],
  ['"admin"'],
  ['a\\b'],
  [{ 0: 'admin', length: 1 }],
  [['admin', null]],
  [[['admin']]],
  [['read admin']],
])('%j holds none', (claim) => {
  expect(parseScopes(claim).size).toBe(0)
})
