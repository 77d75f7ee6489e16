import { expect, test } from 'vitest'
import { createAddressRules } from '../../../src/access/address-rules.ts'

/** The API is the name of the host. */
const table = { findApi: (hostName: string) => (hostName === 'none' ? undefined : hostName) }

test('there are none where no API has a list', () => {
  expect(createAddressRules({ table, apis: [{ name: 'a' }, { name: 'b' }] })).toBeUndefined()
})

test('a client is refused by the API whose list does not name it', () => {
  const apis = [{ name: 'a', from: ['10.0.0.0/8'] }, { name: 'b', from: ['192.0.2.0/24'] }, { name: 'c' }]
  const rules = createAddressRules({ table, apis })
  const ask = (host: string, address: string) => rules?.refusal(host, '/', address)?.api
  expect(ask('a', '10.1.2.3')).toBeUndefined()
  expect(ask('b', '10.1.2.3')).toBe('b')
  expect(ask('a', '192.0.2.1')).toBe('a')
  expect(ask('a', '')).toBe('a')
  expect(ask('c', '203.0.113.7')).toBeUndefined()
  expect(ask('none', '203.0.113.7')).toBeUndefined()
})

test('the refusal has no word of the address', () => {
  const rules = createAddressRules({ table, apis: [{ name: 'a', from: ['10.0.0.0/8'] }] })
  const refusal = rules?.refusal('a', '/', '203.0.113.7')
  expect(refusal).toMatchObject({ outcome: 'refuse', code: 'address_not_allowed' })
  expect(JSON.stringify(refusal)).not.toContain('203.0.113.7')
})
