import { describe, expect, test } from 'vitest'
import { claimsFault, dateFault } from '../../../../src/token/jwt/claims.ts'
import { issuerOptions, resource, tokenOptions } from '../../../support/verifier.ts'

const nowS = 1_800_000_000
const good = {
  iss: 'https://issuer.example',
  aud: resource,
  sub: 'user1',
  client_id: 'app1',
  jti: 'j1',
  iat: nowS,
  exp: nowS + 3600,
}

function fault(
  claims: Record<string, unknown>,
  type = 'at+jwt',
  tokenTypes = ['at+jwt'],
): string | undefined {
  const issuer = issuerOptions('https://issuer.example', { tokenTypes })
  return claimsFault(
    type,
    { ...good, ...claims },
    {
      issuer,
      audience: { values: [resource] },
      tokens: tokenOptions,
      nowMs: nowS * 1000,
    },
  )
}

test('good claims have no fault', () => {
  expect(fault({})).toBeUndefined()
})

describe('the clock', () => {
  test.each([
    [{ exp: nowS - 4 }, undefined],
    [{ exp: nowS - 5 }, 'expired'],
    [{ nbf: nowS + 5 }, undefined],
    [{ nbf: nowS + 6 }, 'notYetValid'],
    [{ iat: nowS + 5, exp: nowS + 10 }, undefined],
    [{ iat: nowS + 6 }, 'issuedInFuture'],
    [{ exp: nowS + 86_400 }, undefined],
    [{ exp: nowS + 86_401 }, 'lifetime'],
  ])('may differ by the tolerance, to the second: %j', (claims, check) => {
    expect(fault(claims)).toBe(check)
  })
  test('alone decides about the lifetime when iat is missing', () => {
    expect(fault({ iat: undefined, exp: nowS + 86_401 }, 'jwt', ['jwt'])).toBe('lifetime')
  })
})

test('the first fault counts: who issued it, for whom, when, to whom', () => {
  const all = { iss: 'x', aud: 'x', exp: 1, sub: '', jti: '' }
  expect(fault(all)).toBe('issuer')
  expect(fault({ ...all, iss: good.iss })).toBe('audience')
  expect(fault({ ...all, iss: good.iss, aud: good.aud })).toBe('expired')
  expect(fault({ ...all, iss: good.iss, aud: good.aud, exp: good.exp })).toBe('subject')
  expect(fault({ jti: '' })).toBe('tokenIdMissing')
})

test('one of several audiences is enough', () => {
  expect(fault({ aud: ['https://other.example', resource] })).toBeUndefined()
})

test.each(['exp', 'nbf', 'iat'])('%s must be a finite number of seconds', (name) => {
  for (const value of [Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53), '1', null, [1]])
    expect(dateFault({ [name]: value })).toBe('date')
  for (const value of [undefined, 0, 1.5, 2 ** 53 - 1]) expect(dateFault({ [name]: value })).toBeUndefined()
})
