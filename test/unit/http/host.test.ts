import { expect, it } from 'vitest'
import { parseHost, portOf } from '../../../src/http/host.ts'

it.each([
  ['gw.test', 'gw.test'],
  ['GW.Test:8080', 'gw.test'],
  ['gw.test.', 'gw.test'],
  ['gw.test.:80', 'gw.test'],
  ['legacy_api:3000', 'legacy_api'],
  ['127.0.0.1', '127.0.0.1'],
  ['[::1]', '[::1]'],
  ['[2001:DB8::1]:443', '[2001:db8::1]'],
  ['[::ffff:1.2.3.4]', '[::ffff:1.2.3.4]'],
])('%s names %s', (value, name) => {
  expect(parseHost(value)).toBe(name)
})

it.each([
  '',
  '.',
  'gw..test',
  'gw.test..',
  '.gw.test',
  'user@gw.test',
  'gw.test/path',
  'gw test',
  'gw.test, evil.test',
  'gw.test\\evil',
  'x";for=6.6.6.6',
  "x'y",
  'g\xe0teway.test',
  'gw%2etest',
  'gw.test:',
  'gw.test:x',
  'gw.test:65536',
  'gw.test:80:80',
  ':80',
  '::1',
  '[::1',
  '[]',
  '[::1]x',
  '[fe80::1%eth0]',
  '[1.2.3.4]',
  'gw.test\n',
])('%j names nothing', (value) => {
  expect(parseHost(value)).toBeUndefined()
})

it.each([
  ['gw.test', undefined],
  ['gw.test:80', '80'],
  ['[::1]', undefined],
  ['[::1]:8443', '8443'],
  ['gw.test:00080', '80'],
  ['gw.test:0', undefined],
  ['gw.test:65536', undefined],
  ['gw.test:', undefined],
  ['::1', undefined],
])('%j names the port %s', (value, port) => {
  expect(portOf(value)).toBe(port)
})
