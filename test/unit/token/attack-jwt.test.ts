import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AttackKeys, type Construct, createAttackKeys } from '../../support/attack-token.ts'
import { createTestIssuer, type TestIssuer } from '../../support/issuer.ts'
import { createVerifierStage, issuerOptions, type VerifierStage } from '../../support/verifier.ts'

type Vector = {
  readonly id: string
  readonly expect: string
  readonly source: string[]
  readonly construct?: Construct
}

const path = new URL('../../vectors/attack-jwt.json', import.meta.url)
// The file's shape is its own `schema` member; a vector that differs fails its test.
const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as { vectors: readonly Vector[] }

/** Refused a step earlier than the vector says: such a token is no access token at all. */
const earlier: Readonly<Record<string, string>> = {
  'J-SER-69': 'lacks client_id and jti, which RFC 9068 section 2.2 requires',
  'J-SCP-37': 'is longer than tokens.maxBytes',
}

let attack: AttackKeys
let stage: VerifierStage
let issuer: TestIssuer

beforeAll(async () => {
  attack = await createAttackKeys()
  issuer = await createTestIssuer()
  Object.assign(issuer, { jwks: attack.jwks })
  stage = createVerifierStage({
    issuer: issuerOptions('https://logto.test/oidc', {
      jwksUri: `${issuer.url}/jwks`,
      algorithms: ['ES384', 'RS256'],
    }),
    resource: 'https://api.test',
  })
})

afterAll(async () => {
  stage.keySet.close()
  await issuer.close()
})

/** The status that a route with the scope `admin` gives this token. */
async function statusOf(token: string): Promise<number> {
  stage.clock.nowMs = Math.max(stage.clock.nowMs + 2000, Date.now())
  const verification = await stage.verifier.verify(token, Date.now())
  if (verification.verified) return verification.token.scopes.has('admin') ? 200 : 403
  return verification.code === 'invalid_token' ? 401 : 503
}

const statuses: Readonly<Record<string, readonly number[]>> = {
  accept: [200],
  'reject-401': [401],
  'reject-403': [403],
  'reject-401-or-403': [401, 403],
  'accept-or-401': [200, 401],
  'accept-or-403': [200, 403],
  'must-not-inject': [200, 401],
}

for (const { id, expect: expected, source, construct } of vectors) {
  if (construct === undefined) continue
  test(`${id} ${source[0]}: ${earlier[id] ?? expected}`, async () => {
    const token = await attack.build(construct)
    const status = await statusOf(token)
    expect(id in earlier ? [401] : statuses[expected]).toContain(status)
    expect(await statusOf(token)).toBe(status)
  })
}
