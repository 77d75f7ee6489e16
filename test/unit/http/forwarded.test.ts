import { describe, expect, it } from 'vitest'
import { createForwardedPolicy } from '../../../src/http/forwarded.ts'

type Listener = { readonly tls?: boolean; readonly host?: string }

function client(
  peer: string,
  headers: readonly string[],
  trustedProxies: readonly string[] = [],
  { tls = false, host = 'gw.test' }: Listener = {},
) {
  const policy = createForwardedPolicy({ trustedProxies, tls })
  const { address, headers: written } = policy.client(peer, headers, host)
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
      port: '80',
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
    expect(client('203.0.113.9', [], [], { tls: true }).proto).toBe('https')
  })

  it('has its IPv4 address as such', () => {
    expect(client('::ffff:203.0.113.9', [])).toMatchObject({ address: '203.0.113.9', for: '203.0.113.9' })
  })
})

describe('a trusted proxy', () => {
  const trusted = ['10.0.0.0/8', '127.0.0.1/32', '2001:db8::/32']

  it('is believed in address, protocol and host', () => {
    expect(client('10.0.0.1', forged, trusted)).toMatchObject({
      address: '6.6.6.6',
      for: '6.6.6.6, 10.0.0.1',
      proto: 'https',
      host: 'evil.test',
      port: '443',
    })
  })

  it.each([
    ['1.1.1.1, 203.0.113.9', '203.0.113.9', '203.0.113.9, 10.0.0.1'],
    ['1.1.1.1, 203.0.113.9, 10.9.9.9', '203.0.113.9', '203.0.113.9, 10.9.9.9, 10.0.0.1'],
    ['10.9.9.9', '10.9.9.9', '10.9.9.9, 10.0.0.1'],
    ['1.1.1.1, unknown, 10.9.9.9', '10.9.9.9', '10.9.9.9, 10.0.0.1'],
    ['\' OR 1=1--, "a,b", unknown, _obf', '10.0.0.1', '10.0.0.1'],
    ['203.0.113.9:4711', '203.0.113.9', '203.0.113.9, 10.0.0.1'],
    ['203.0.113.9:4711, 10.9.9.9:80', '203.0.113.9', '203.0.113.9, 10.9.9.9, 10.0.0.1'],
    ['[2001:db9::7]', '2001:db9::7', '2001:db9::7, 10.0.0.1'],
    ['[2001:db9::7]:4711', '2001:db9::7', '2001:db9::7, 10.0.0.1'],
    ['[::ffff:203.0.113.9]:4711', '203.0.113.9', '203.0.113.9, 10.0.0.1'],
    ['[203.0.113.9]:4711', '10.0.0.1', '10.0.0.1'],
    ['203.0.113.9:', '10.0.0.1', '10.0.0.1'],
    ['203.0.113.9:4711:1', '10.0.0.1', '10.0.0.1'],
    ['203.0.113:4711', '10.0.0.1', '10.0.0.1'],
    ['[2001:db9::7', '10.0.0.1', '10.0.0.1'],
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
    ['X-Forwarded-Proto', 'https,'],
    ['X-Forwarded-Host', 'a.test, b.test'],
    ['X-Forwarded-Host', 'a.test, a.test:8443'],
    ['X-Forwarded-Host', 'x";for=6.6.6.6'],
    ['X-Forwarded-Port', '8443'],
  ])('with %s: %s is not believed in that', (name, value) => {
    expect(client('10.0.0.1', [name, value], trusted)).toMatchObject({
      proto: 'http',
      host: 'gw.test',
      port: '80',
    })
  })

  it.each([
    ['https, https', 'https'],
    ['HTTPS', 'https'],
    ['wss', 'https'],
    ['WSS, wss', 'https'],
    ['ws', 'http'],
  ])('with X-Forwarded-Proto %j came by %s', (value, proto) => {
    const headers = ['X-Forwarded-Proto', value]
    expect(client('10.0.0.1', headers, trusted, { tls: proto === 'http' }).proto).toBe(proto)
  })

  it('is believed in a host that each proxy of a chain added, in one field or in several', () => {
    const fields = ['X-Forwarded-Host', 'a.test', 'X-Forwarded-Host', 'A.test']
    expect(client('10.0.0.1', fields, trusted).host).toBe('a.test')
    expect(client('10.0.0.1', ['X-Forwarded-Host', 'a.test:1, a.test:1'], trusted).host).toBe('a.test:1')
    const others = ['X-Forwarded-Host', 'a.test', 'X-Forwarded-Host', 'b.test']
    expect(client('10.0.0.1', others, trusted).host).toBe('gw.test')
  })

  it('can have at most 32 hops in front of it, and 1,200 of them cost nothing', () => {
    const hops = Array.from({ length: 1200 }, (_, i) => `10.0.${i >> 8}.${i & 255}`)
    const headers = ['X-Forwarded-For', hops.join(', ')]
    const policy = createForwardedPolicy({ trustedProxies: trusted, tls: false })
    expect(client('10.0.0.1', headers, trusted).for).toBe([...hops.slice(-32), '10.0.0.1'].join(', '))
    const startedMs = performance.now()
    for (let i = 0; i < 100; i++) policy.client('10.0.0.1', headers, 'gw.test')
    expect((performance.now() - startedMs) / 100).toBeLessThan(1)
  })

  it('is not believed under an alias', () => {
    expect(client('10.0.0.1', ['X_Forwarded_For', '6.6.6.6'], trusted).address).toBe('10.0.0.1')
  })
})

describe('the port', () => {
  const trusted = ['10.0.0.0/8']

  it.each([
    ['gw.test', false, '80'],
    ['gw.test', true, '443'],
    ['gw.test:8080', false, '8080'],
    ['gw.test:08443', true, '8443'],
    ['[::1]', true, '443'],
    ['[::1]:9000', false, '9000'],
    ['gw.test:0', false, '80'],
  ])('of a direct client for Host %s (TLS: %s) is %s, whatever port is listened on', (host, tls, port) => {
    expect(client('203.0.113.9', forged, [], { tls, host }).port).toBe(port)
  })

  it.each([
    [['X-Forwarded-Proto', 'https'], '443'],
    [['X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'a.test'], '443'],
    [['X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'a.test:8443'], '8443'],
    [['X-Forwarded-Proto', 'https', 'X-Forwarded-Port', '80'], '443'],
    [['X-Forwarded-Host', 'a.test', 'X-Forwarded-Port', '3000'], '80'],
  ])('that a trusted proxy vouches for with %j is %s', (headers, port) => {
    expect(client('10.0.0.1', headers, trusted, { host: 'gw.test' }).port).toBe(port)
  })

  it('is that of Host where a trusted proxy names no other host', () => {
    const headers = ['X-Forwarded-Proto', 'https']
    expect(client('10.0.0.1', headers, trusted, { host: 'gw.test:8443' }).port).toBe('8443')
  })
})
