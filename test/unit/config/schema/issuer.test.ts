import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { issuer } from '../../../../src/config/schema/issuer.ts'

function messages(value: unknown): string[] {
  return (v.safeParse(issuer, value).issues ?? []).map(({ message }) => message)
}

describe('an issuer', () => {
  test('has types in small letters and without application/, and claims', () => {
    const tokenTypes = ['application/at+jwt', 'JWT', 'none']
    expect(v.parse(issuer, { url: 'https://i.test', tokenTypes })).toMatchObject({
      tokenTypes: ['at+jwt', 'jwt', 'none'],
      claims: { scope: 'scope', clientId: 'client_id' },
    })
  })

  test.each([
    ['https://i.test', 'say which kind it is'],
    [{}, 'say where tokens come from'],
    [{ logto: 'https://i.test', url: 'https://i.test' }, 'write logto or url, not both'],
    [
      { url: 'https://i.test', jwksUri: 'https://i.test/k', jwksFile: 'k' },
      'write jwksUri or jwksFile, not both',
    ],
    [{ logto: 'https://i.test/oidc/' }, 'write the address of Logto without /oidc'],
    [{ url: 'https://i.test', algorithms: ['HS256'] }, 'expected an asymmetric algorithm'],
  ])('is not %j', (value, words) => {
    expect(messages(value)).toEqual([expect.stringContaining(words)])
  })
})
