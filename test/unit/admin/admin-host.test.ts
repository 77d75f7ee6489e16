import { describe, expect, test } from 'vitest'
import { isAdminHost } from '../../../src/admin/admin-host.ts'

describe('a Host at the admin listener', () => {
  test.each(['127.0.0.1:9090', '10.0.0.7', '[::1]:9090', '[2001:db8::1]', 'localhost', 'LOCALHOST:9090'])(
    'that is an address or localhost is answered: %s',
    (host) => {
      expect(isAdminHost(host, '0.0.0.0')).toBe(true)
    },
  )

  test('that is the name in admin.listen is answered', () => {
    expect(isAdminHost('Gateway.internal:9090', 'gateway.internal')).toBe(true)
  })

  test.each([
    'rebound.attacker.example:9090',
    'localhost.attacker.example',
    '127.0.0.1.attacker.example',
    'attacker@127.0.0.1',
    '',
    '[::1',
  ])('of a page that points its own name here (DNS rebinding) is not: %j', (host) => {
    expect(isAdminHost(host, '127.0.0.1')).toBe(false)
  })

  test('that is missing is answered, since no browser leaves it out', () => {
    expect(isAdminHost(undefined, '127.0.0.1')).toBe(true)
  })
})
