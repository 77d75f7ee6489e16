import { afterEach, beforeEach, expect, test } from 'vitest'
import { findJwksUri } from '../../../src/issuer/discovery.ts'
import { createTestIssuer, type TestIssuer } from '../../support/issuer.ts'
import { issuerOptions } from '../../support/verifier.ts'

let issuer: TestIssuer

beforeEach(async () => {
  issuer = await createTestIssuer()
})
afterEach(() => issuer.close())

const jwksUri = () => findJwksUri(issuerOptions(issuer.url))

test('the keys are where the discovery document says', async () => {
  expect(await jwksUri()).toBe(`${issuer.url}/jwks`)
})

test('a configured URL needs no discovery', async () => {
  const configured = issuerOptions(issuer.url, { jwksUri: 'https://keys.example/jwks' })
  expect(await findJwksUri(configured)).toBe('https://keys.example/jwks')
  expect(issuer.counts.discovery).toBe(0)
})

test('a slash at the end of the issuer is not doubled (OpenID Connect Discovery section 4.1)', async () => {
  issuer.metadata = { issuer: `${issuer.url}/` }
  expect(await findJwksUri(issuerOptions(`${issuer.url}/`))).toBe(`${issuer.url}/jwks`)
})

test('the document may name the issuer by another of its names (issuer.also)', async () => {
  issuer.metadata = { issuer: 'https://custom.example/oidc' }
  const options = issuerOptions(issuer.url, { also: ['https://custom.example/oidc'] })
  expect(await findJwksUri(options)).toBe(`${issuer.url}/jwks`)
})

test.each([
  ['another issuer', { issuer: 'https://evil.example' }, /names another issuer, https:..evil.example:/],
  ['no issuer', { issuer: undefined }, /names another issuer, none:/],
  ['no jwks_uri', { jwks_uri: undefined }, /has no jwks_uri: set issuer.jwksUri/],
  ['a jwks_uri at another origin', { jwks_uri: 'https://evil.example/jwks' }, /at another origin/],
  ['a jwks_uri that is no URL', { jwks_uri: '/jwks' }, /at another origin/],
])('a document with %s is refused', async (_, metadata, message) => {
  issuer.metadata = metadata
  await expect(jwksUri()).rejects.toThrow(message)
})
