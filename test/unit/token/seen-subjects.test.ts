import { expect, test } from 'vitest'
import type { AccessToken } from '../../../src/token/access-token.ts'
import { createSeenSubjects } from '../../../src/token/seen-subjects.ts'

const token = (subject: string, expiresAtMs: number, clientId = 'app'): AccessToken => ({
  kind: 'jwt',
  issuer: 'https://i',
  subject,
  clientId,
  scopes: new Set(),
  claims: {},
  expiresAtMs,
})

test('users are seen once, until the last of their tokens expires', () => {
  const seen = createSeenSubjects(10)
  for (const one of [token('alice', 5), token('bob', 7), token('alice', 9), token('alice', 3)]) seen.add(one)
  expect(seen.take()).toEqual([
    ['alice', 9],
    ['bob', 7],
  ])
  expect(seen.take()).toEqual([])
})

test('machines are no users', () => {
  const seen = createSeenSubjects(10)
  seen.add(token('app', 5, 'app'))
  expect(seen.take()).toEqual([])
})

test('further users than the limit are not remembered, known ones still are', () => {
  const seen = createSeenSubjects(2)
  for (const one of [token('a', 1), token('b', 1), token('c', 1), token('a', 2)]) seen.add(one)
  expect(seen.take()).toEqual([
    ['a', 2],
    ['b', 1],
  ])
})
