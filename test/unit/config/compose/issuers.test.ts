import { describe, expect, test } from 'vitest'
import { issuerPath } from '../../../../src/config/compose/issuers.ts'
import { configOf, problemsOf } from '../../../support/config.ts'

describe('an issuer', () => {
  test('of Logto has /oidc behind its address', () => {
    const { issuers } = configOf('issuer: { logto: https://tenant.logto.app/ }\napis: {}\n')
    expect(issuers.get('default')).toMatchObject({ issuer: 'https://tenant.logto.app/oidc', isLogto: true })
  })

  test('has its exact iss, and the name that it is written under', () => {
    const { issuers } = configOf(
      'issuers: { a: { url: https://i.test/ }, b: { url: https://j.test } }\napis: {}\n',
    )
    expect([...issuers].map(([name, { issuer }]) => [name, issuer])).toEqual([
      ['a', 'https://i.test/'],
      ['b', 'https://j.test'],
    ])
  })

  test('has no iss of another one', () => {
    const text =
      'issuers: { a: { url: https://i.test }, b: { url: https://j.test, also: [https://i.test] } }\n' +
      'apis: {}\n'
    expect(problemsOf(text)).toEqual([
      expect.stringContaining('issuers.b.also.0: the issuer a has this iss already'),
    ])
  })

  test('is written at one of two places', () => {
    const { issuers } = configOf('issuer: { url: https://i.test }\napis: {}\n')
    expect([...issuers.keys()]).toEqual(['default'])
    const input = { issuer: {} } as Parameters<typeof issuerPath>[1]
    expect(issuerPath('default', input)).toEqual(['issuer'])
    expect(issuerPath('a', { ...input, issuer: undefined })).toEqual(['issuers', 'a'])
  })
})
