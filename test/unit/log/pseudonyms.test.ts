import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLogger } from '../../../src/log/logger.ts'
import { createPseudonyms } from '../../../src/log/pseudonyms.ts'
import { temporaryFolder } from '../../support/process.ts'

test('there are none unless the file asks for them', () => {
  expect(createPseudonyms({})).toBeUndefined()
  expect(createPseudonyms({ pseudonymise: false, pseudonymKey: 'a key' })).toBeUndefined()
})

test('a pseudonym is half of an HMAC-SHA256, the same each time, and another with another key', () => {
  const of = createPseudonyms({ pseudonymise: true, pseudonymKey: 'a key' })
  const expected = createHmac('sha256', 'a key').update('user1').digest('hex').slice(0, 32)
  expect(of?.('user1')).toBe(expected)
  expect(of?.('user1')).toBe(expected)
  expect(of?.('user2')).not.toBe(expected)
  expect(createPseudonyms({ pseudonymise: true, pseudonymKey: 'another' })?.('user1')).not.toBe(expected)
})

test('nothing is written as it is for want of a key', () => {
  expect(() => createPseudonyms({ pseudonymise: true })).toThrow(TypeError)
})

test('lines of the process have pseudonyms for users and addresses too, from the next options on', async () => {
  const file = join(temporaryFolder(), 'log')
  const pseudonyms = { pseudonymise: true, pseudonymKey: 'a key' }
  const log = createLogger({ level: 'info', format: 'json', ...pseudonyms }, file)
  log.info({ sub: 'user1', remote: '203.0.113.7', issuer: 'https://a.test' }, 'one')
  log.info({ remote: undefined }, 'two')
  log.take({ level: 'info' })
  log.info({ sub: 'user1' }, 'three')
  await log.close()
  const of = createPseudonyms(pseudonyms)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { sub: of?.('user1'), remote: of?.('203.0.113.7'), issuer: 'https://a.test', msg: 'one' },
    { msg: 'two' },
    { sub: 'user1', msg: 'three' },
  ])
})
