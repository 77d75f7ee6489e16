import { describe, expect, it } from 'vitest'
import { createForwardedPolicy } from '../../../src/http/forwarded.ts'

function client(peer: string, headers: string[], trustedProxies: string[] = [], tls = false) {
  const policy = createForwardedPolicy({ trustedProxies, tls, port: () => 8443 })
  const { address, headers: written } = policy.client(peer, headers, 'gw.test')
  return {
    address,
    for: written[1],
    proto: written[3],
    host: written[5],
    port: written[7],
    names: written.filter((_, i) => i % 2 === 0),
  }
}

const forged = [
  'X-Forwarded-For',
  '6.6.6.6',
  'X-Forwarded-Proto',
  'https',
  'X-Forwarded-Host',
  'evil.test',
  'X-Forwarded-Port',
  '1',
]

describe('an untrusted peer', () => {
  it('is described afresh', () => {
    expect(client('203.0.113.9', forged)).toEqual({
      address: '203.0.113.9',
      for: '203.0.113.9',
      proto: 'http',
      host: 'gw.test',
      port: '8443',
      names: ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Forwarded-Port'],
    })
  })

  it('is untrusted when another network is trusted', () => {
    expect(client('203.0.113.9', forged, ['10.0.0.0/8'])).toMatchObject({
      address: '203.0.113.9',
      host: 'gw.test',
    })
  })

  it('over TLS came by https', () => {
    expect(client('203.0.113.9', [], [], true).proto).toBe('https')
  })

  it('has its IPv4 address as such', () => {
    expect(client('::ffff:203.0.113.9', [])).toMatchObject({ address: '203.0.113.9', for: '203.0.113.9' })
  })
})

describe('a trusted proxy', () => {
  const trusted = ['10.0.0.0/8', '127.0.0.1/32', '2001:db8::/32']

  it('is believed in all four', () => {
    expect(client('10.0.0.1', forged, trusted)).toMatchObject({
      address: '6.6.6.6',
      for: '6.6.6.6, 10.0.0.1',
      proto: 'https',
      host: 'evil.test',
      port: '1',
    })
  })

  it.each([
    ['1.1.1.1, 203.0.113.9', '203.0.113.9', '203.0.113.9, 10.0.0.1'],
    ['1.1.1.1, 203.0.113.9, 10.9.9.9', '203.0.113.9', '203.0.113.9, 10.9.9.9, 10.0.0.1'],
    ['10.9.9.9', '10.9.9.9', '10.9.9.9, 10.0.0.1'],
    ['1.1.1.1, unknown, 10.9.9.9', '10.9.9.9', '10.9.9.9, 10.0.0.1'],
    ['\' OR 1=1--, "a,b", unknown, _obf', '10.0.0.1', '10.0.0.1'],
    ['203.0.113.9:4711', '10.0.0.1', '10.0.0.1'],
    ['', '10.0.0.1', '10.0.0.1'],
    ['2001:db8::7, ::ffff:10.1.1.1', '2001:db8::7', '2001:db8::7, 10.1.1.1, 10.0.0.1'],
  ])('with X-Forwarded-For %j speaks for %s', (value, address, hops) => {
    expect(client('10.0.0.1', ['X-Forwarded-For', value], trusted)).toMatchObject({ address, for: hops })
  })

  it('may write X-Forwarded-For in several fields', () => {
    const headers = [
      'X-Forwarded-For',
      '1.1.1.1',
      'x-forwarded-for',
      '203.0.113.9',
      'X-FORWARDED-FOR',
      '10.2.2.2',
    ]
    expect(client('10.0.0.1', headers, trusted).for).toBe('203.0.113.9, 10.2.2.2, 10.0.0.1')
  })

  it('is recognised as an IPv4 address in IPv6 and by IPv6 network', () => {
    expect(client('::ffff:127.0.0.1', forged, trusted).address).toBe('6.6.6.6')
    expect(client('2001:db8::1', forged, trusted).address).toBe('6.6.6.6')
    expect(client('2001:db9::1', forged, trusted).address).toBe('2001:db9::1')
  })

  it.each([
    ['X-Forwarded-Proto', 'ftp'],
    ['X-Forwarded-Proto', 'https,http'],
    ['X-Forwarded-Host', 'a.test, b.test'],
    ['X-Forwarded-Host', 'x";for=6.6.6.6'],
    ['X-Forwarded-Port', '0'],
    ['X-Forwarded-Port', '65536'],
    ['X-Forwarded-Port', '80x'],
  ])('with %s: %s is not believed in that', (name, value) => {
    expect(client('10.0.0.1', [name, value], trusted)).toMatchObject({
      proto: 'http',
      host: 'gw.test',
      port: '8443',
    })
  })

  it('with two X-Forwarded-Host is not believed in that', () => {
    const headers = ['X-Forwarded-Host', 'a.test', 'X-Forwarded-Host', 'a.test']
    expect(client('10.0.0.1', headers, trusted).host).toBe('gw.test')
  })

  it('is not believed under an alias', () => {
    expect(client('10.0.0.1', ['X_Forwarded_For', '6.6.6.6'], trusted).address).toBe('10.0.0.1')
  })
})
