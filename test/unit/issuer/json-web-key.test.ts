import type { JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { readKeys, signatureAlgorithms } from '../../../src/issuer/json-web-key.ts'
import { createIssuerKey } from '../../support/issuer.ts'

const rsa = await createIssuerKey('RS256')
const ec = await createIssuerKey('ES384')
const ed = await createIssuerKey('EdDSA')

function withoutAlg({ alg: _, ...jwk }: JWK): JWK {
  return jwk
}

async function algorithmsOf(jwk: JWK, allowed?: readonly string[]): Promise<readonly string[] | undefined> {
  return (await readKeys({ keys: [jwk] }, allowed))[0]?.algorithms
}

describe('a key verifies', () => {
  test('the algorithm that it names', async () => {
    expect(await algorithmsOf({ ...rsa.publicJwk, alg: 'PS384' })).toEqual(['PS384'])
  })
  test('without alg, the one of its curve', async () => {
    expect(await algorithmsOf(withoutAlg(ec.publicJwk))).toEqual(['ES384'])
    expect(await algorithmsOf(withoutAlg(ed.publicJwk))).toEqual(['EdDSA', 'Ed25519'])
  })
  test('nothing that is not allowed', async () => {
    expect(await algorithmsOf(ec.publicJwk, ['RS256'])).toBeUndefined()
    expect(await algorithmsOf(withoutAlg(rsa.publicJwk), ['ES384'])).toBeUndefined()
  })
})

test('keys keep their kid, or have none, and are told apart by their thumbprint', async () => {
  const { kid: _, ...nameless } = ec.publicJwk
  const keys = await readKeys({ keys: [rsa.publicJwk, nameless] }, undefined)
  expect(keys.map(({ kid }) => kid)).toEqual([rsa.kid, undefined])
  expect(new Set(keys.map(({ thumbprint }) => thumbprint)).size).toBe(2)
})

test.each([[null], [[]], [{}], [{ keys: {} }], ['keys']])('%j is no key set', async (jwks) => {
  await expect(readKeys(jwks, undefined)).rejects.toThrow('the key set has no array "keys"')
})

test('no symmetric algorithm and no missing one may sign a token', () => {
  expect(signatureAlgorithms.filter((name) => name.startsWith('HS') || name === 'none')).toEqual([])
})
