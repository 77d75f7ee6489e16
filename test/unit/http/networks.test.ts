import { expect, test } from 'vitest'
import { createNetworks } from '../../../src/http/networks.ts'

const isIn = createNetworks(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1'])

test.each(['10.0.0.0', '10.255.255.255', '192.0.2.1', '2001:db8::1', '2001:0DB8:ffff::', '::1'])(
  '%s is in one of the networks',
  (address) => {
    expect(isIn(address)).toBe(true)
    expect(isIn(address)).toBe(true)
  },
)

test.each([
  '11.0.0.0',
  '192.0.2.2',
  '2001:db9::',
  '::2',
  '',
  'localhost',
  '10.0.0',
  '10.0.0.0/8',
  '010.0.0.1',
])('%j is in none', (address) => {
  expect(isIn(address)).toBe(false)
})

test('no networks hold nobody, and all of them everybody of their kind', () => {
  expect(createNetworks([])('10.0.0.1')).toBe(false)
  expect(createNetworks(['0.0.0.0/0'])('203.0.113.7')).toBe(true)
  expect(createNetworks(['0.0.0.0/0'])('2001:db8::1')).toBe(false)
})
