import { expect, test } from 'vitest'
import { bearerChallenge } from '../../../../src/commands/chatgpt/bearer-challenge.ts'
import type { Exchange } from '../../../../src/commands/chatgpt/exchange.ts'

function read(value: string | undefined): Record<string, string> | undefined {
  const headers = value === undefined ? {} : { 'www-authenticate': value }
  const exchange: Exchange = { sent: { method: 'GET', url: '' }, status: 401, headers, text: '', tookMs: 1 }
  const found = bearerChallenge(exchange)
  return found && Object.fromEntries(found)
}

test('parameters are read, quoted or not, the first of a name', () => {
  expect(read('Bearer realm="a\\"b", scope="read write", ERROR=x, error=y')).toEqual({
    realm: 'a"b',
    scope: 'read write',
    error: 'x',
  })
})

test('a Bearer challenge stands bare, and behind others', () => {
  expect(read('bearer')).toEqual({})
  expect(read('Basic realm="x", Bearer resource_metadata="https://a/b"')).toEqual({
    resource_metadata: 'https://a/b',
  })
})

test('other schemes and no challenge are none', () => {
  expect(read(undefined)).toBeUndefined()
  expect(read('Basic realm="Bearer"')).toBeUndefined()
  expect(read('Bearers x=1')).toBeUndefined()
})

test('a value that is long and broken is read in no time', () => {
  expect(read(`Bearer ${'a="\\'.repeat(100_000)}`)).toBeDefined()
})
