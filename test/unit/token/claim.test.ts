import { expect, test } from 'vitest'
import { findClaim } from '../../../src/token/claim.ts'

const claims = {
  'https://example.com/role': 'editor',
  'user.id': 'whole',
  user: { id: 'nested', staff: true, groups: ['a'] },
  empty: null,
}

test.each([
  ['https://example.com/role', 'editor'],
  ['user.id', 'whole'],
  ['user.staff', true],
  ['user.groups', ['a']],
  ['empty', null],
])('%s is found', (name, value) => {
  expect(findClaim(claims, name)).toEqual(value)
})

test.each([
  'absent',
  'user.absent',
  'user.groups.0',
  'user.groups.length',
  'user.staff.valueOf',
  'empty.x',
  'toString',
  'user.constructor',
  '__proto__.toString',
  '.',
  'user.',
])('%s is not found', (name) => {
  expect(findClaim(claims, name)).toBeUndefined()
})
