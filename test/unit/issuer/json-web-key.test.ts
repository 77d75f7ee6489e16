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
  const [key] = await readKeys({ keys: [jwk] }, allowed)
  return key && [...key.byAlgorithm.keys()]
}

describe('a key verifies', () => {
  test('the algorithm that it names', async () => {
    expect(await algorithmsOf({ ...rsa.publicJwk, alg: 'PS384' })).toEqual(['PS384'])
  })
  test('without alg, the one of its curve', async () => {
    expect(await algorithmsOf(withoutAlg(ec.publicJwk))).toEqual(['ES384'])
    expect(await algorithmsOf(withoutAlg(ed.publicJwk))).toEqual(['EdDSA', 'Ed25519'])
  })
  test('without alg, every RSA algorithm', async () => {
    const all = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
    expect(await algorithmsOf(withoutAlg(rsa.publicJwk))).toEqual(all)
    expect(await algorithmsOf(withoutAlg(rsa.publicJwk), ['PS512', 'RS512'])).toEqual(['RS512', 'PS512'])
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

test('members that are null are as good as absent', async () => {
  const nulls = { alg: null, use: null, key_ops: null, x5c: null, x5t: null, d: null, k: null }
  const keys = await readKeys({ keys: [null, { ...rsa.publicJwk, ...nulls }] }, undefined)
  expect(keys.map(({ kid, byAlgorithm }) => [kid, byAlgorithm.size])).toEqual([[rsa.kid, 6]])
})

test('a private key is none, whatever else is null', async () => {
  expect(await readKeys({ keys: [{ ...ec.publicJwk, d: 'AAAA', k: null }] }, undefined)).toEqual([])
})

test.each([[null], [[]], [{}], [{ keys: {} }], ['keys']])('%j is no key set', async (jwks) => {
  await expect(readKeys(jwks, undefined)).rejects.toThrow('the key set has no array "keys"')
})

test('no symmetric algorithm and no missing one may sign a token', () => {
  expect(signatureAlgorithms.filter((name) => name.startsWith('HS') || name === 'none')).toEqual([])
})
