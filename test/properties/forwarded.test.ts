import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createForwardedPolicy } from '../../src/http/forwarded.ts'

const policy = createForwardedPolicy({ trustedProxies: ['10.0.0.0/8', 'fd00::/8'], tls: false })
const byte = fc.integer({ min: 0, max: 255 })
const group = fc.integer({ min: 1, max: 0xffff }).map((value) => value.toString(16))
const trusted = fc.oneof(
  fc.tuple(byte, byte).map(([a, b]) => `10.1.${a}.${b}`),
  group.map((last) => `fd00::${last}`),
)
const untrusted = fc.oneof(
  fc.tuple(byte, byte).map(([a, b]) => `203.0.${a}.${b}`),
  group.map((last) => `2001:db8::${last}`),
)
const port = fc.integer({ min: 1, max: 65535 })

/** An address in one of the ways in which proxies write it. */
function written(address: fc.Arbitrary<string>): fc.Arbitrary<readonly [address: string, element: string]> {
  return fc.tuple(address, port, fc.constantFrom('bare', 'port', 'brackets')).map(([address, port, form]) => {
    const isV6 = address.includes(':')
    if (form === 'port') return [address, isV6 ? `[${address}]:${port}` : `${address}:${port}`]
    return [address, isV6 && form === 'brackets' ? `[${address}]` : address]
  })
}

const junk = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789abc.:[]%,; ') }),
  written(untrusted).map(([, text]) => text),
)

it('the client is the first untrusted hop from the right, however addresses are written', () => {
  fc.assert(
    fc.property(
      fc.array(junk),
      written(untrusted),
      fc.array(written(trusted), { maxLength: 20 }),
      (claims, client, proxies) => {
        const list = [...claims, client[1], ...proxies.map(([, text]) => text)].join(', ')
        const { address, headers } = policy.client('10.0.0.1', ['X-Forwarded-For', list], 'gw.test')
        expect(address).toBe(client[0])
        expect(headers[1]).toBe([client[0], ...proxies.map(([address]) => address), '10.0.0.1'].join(', '))
      },
    ),
  )
})

it('whatever a proxy is told to say, the four are well-formed and describe one address', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('https', 'http', 'wss', 'a.test', 'a.test:8443', '[::1]:1', 'a.test, a.test', '443', '0'),
  )
  fc.assert(
    fc.property(
      fc.record({ for: value, proto: value, host: value, port: value }),
      fc.boolean(),
      (told, tls) => {
        const policy = createForwardedPolicy({ trustedProxies: ['10.0.0.0/8'], tls })
        const sent = Object.entries(told).flatMap(([name, value]) => [`X-Forwarded-${name}`, value])
        const { headers } = policy.client('10.0.0.1', sent, 'gw.test')
        const [, hops = '', , proto = '', , host = '', , port = ''] = headers
        expect(hops).toMatch(/^(?:[0-9a-f.:]+, )*10\.0\.0\.1$/i)
        expect(['http', 'https']).toContain(proto)
        const url = new URL(`${proto}://${host}/`)
        expect(port).toBe(url.port === '' ? { http: '80', https: '443' }[proto] : url.port)
      },
    ),
    { numRuns: 2000 },
  )
})
