import { describe, expect, test } from 'vitest'
import { parseAddressList } from '../../../src/config/address-list.ts'
import { isNetwork } from '../../../src/config/schema/values.ts'

const parse = (text: string) => parseAddressList(text, isNetwork)
const problemOf = (text: string) => {
  const list = parse(text)
  return 'problem' in list ? list.problem : undefined
}

describe('a list of networks', () => {
  test.each([
    ['{"creationTime":"x","prefixes":[{"ipv4Prefix":"10.0.0.0/8"},{"ipv6Prefix":"2001:db8::/32"}]}'],
    ['["10.0.0.0/8","2001:db8::/32"]'],
    ['10.0.0.0/8\n2001:db8::/32'],
    ['\ufeff# a comment\r\n10.0.0.0/8 # another\r\n\r\n  2001:db8::/32\r\n'],
  ])('is read from %j', (text) => {
    expect(parse(text)).toEqual({ networks: ['10.0.0.0/8', '2001:db8::/32'] })
  })

  test.each(['{}', '{"prefixes":{}}', '[', '{"prefixes":[', '{"prefixes":"10.0.0.0/8"}'])(
    'is none: %j',
    (text) => {
      expect(problemOf(text)).toContain('is no list of networks')
    },
  )

  test.each(['', '\n', '# nobody', '[]', '{"prefixes":[]}'])('without a network is none: %j', (text) => {
    expect(problemOf(text)).toContain('names no network')
  })

  test.each([
    ['10.0.0.0/8\n\nlocalhost', 'line 3'],
    ['10.0.0.0/33', 'line 1'],
    ['<html>', 'line 1'],
    ['["10.0.0.0/8", 7]', 'entry 2'],
    ['[["10.0.0.0/8"]]', 'entry 1'],
    ['{"prefixes":[{"ipv4Prefix":"10.0.0.0/8"},{"prefix":"10.0.0.0/8"}]}', 'entry 2'],
    ['["fe80::1%eth0"]', 'entry 1'],
  ])('with something else in it is wrong as a whole, and %j says where', (text, place) => {
    expect(problemOf(text)).toMatch(new RegExp(`at ${place}$`))
  })

  test('has an end', () => {
    expect(problemOf('10.0.0.1\n'.repeat(10_001))).toContain('more than 10000')
    expect(problemOf('10.0.0.1\n'.repeat(10_000))).toBeUndefined()
  })
})
