import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { IssuerOptions } from '../../../../src/issuer/options.ts'
import type { Audience } from '../../../../src/token/audience.ts'
import { details } from '../../../../src/token/verification.ts'
import {
  createIssuerKey,
  createTestIssuer,
  type IssuerKey,
  type TestIssuer,
} from '../../../support/issuer.ts'
import {
  createVerifierStage,
  eventually,
  issuerOptions,
  resource,
  type VerifierStage,
} from '../../../support/verifier.ts'

let issuer: TestIssuer
let stage: VerifierStage
let rsa: IssuerKey
let unpinnedRsa: IssuerKey
let foreign: IssuerKey

beforeAll(async () => {
  issuer = await createTestIssuer()
  rsa = await createIssuerKey('RS256')
  unpinnedRsa = await createIssuerKey('RS256')
  foreign = await createIssuerKey('ES384')
  const { alg: _, ...withoutAlg } = unpinnedRsa.publicJwk
  issuer.jwks.keys.push(rsa.publicJwk, withoutAlg)
  stage = createVerifierStage({ issuer: issuerOptions(issuer.url) })
})

afterAll(async () => {
  stage.keySet.close()
  await issuer.close()
})

const now = () => Math.floor(Date.now() / 1000)
const refused = (check: keyof typeof details) => `invalid_token: ${details[check]}`

describe('a JWT access token is verified when', () => {
  test('it is what Logto sends', async () => {
    const verification = await stage.verify(
      await issuer.sign(issuer.claims(resource, { scope: 'read write' })),
    )
    expect(verification).toMatchObject({
      verified: true,
      cache: 'miss',
      token: { kind: 'jwt', issuer: issuer.url, subject: 'user1', clientId: 'app1' },
    })
    expect(verification.verified && [...verification.token.scopes]).toEqual(['read', 'write'])
  })
  test('it is signed RS256, by a key with alg and by one without', async () => {
    for (const key of [rsa, unpinnedRsa]) {
      expect(await stage.outcome(await issuer.sign(issuer.claims(resource), { key }))).toBe('ok')
    }
  })
  test.each(['AT+JWT', 'application/at+jwt', 'Application/AT+JWT'])('typ is %s', async (typ) => {
    expect(await stage.outcome(await issuer.sign(issuer.claims(resource), { header: { typ } }))).toBe('ok')
  })
  test('aud is a list that names this resource', async () => {
    expect(await stage.outcome(await issuer.sign(issuer.claims(resource, { aud: ['x', resource] })))).toBe(
      'ok',
    )
  })
  test('exp, nbf and iat are off by less than the tolerance', async () => {
    const claims = issuer.claims(resource, { exp: now() - 3, nbf: now() + 3, iat: now() + 3 })
    expect(await stage.outcome(await issuer.sign(claims))).toBe('ok')
  })
  test('kid is missing and one key fits alg', async () => {
    expect(
      await stage.outcome(await issuer.sign(issuer.claims(resource), { header: { kid: undefined } })),
    ).toBe('ok')
  })
})

describe('a header is refused', () => {
  const cases: [Record<string, unknown>, keyof typeof details][] = [
    [{ typ: 'JWT' }, 'type'],
    [{ typ: undefined }, 'type'],
    [{ typ: 'none' }, 'type'],
    [{ typ: 'xat+jwt' }, 'type'],
    [{ typ: 'at+jwt\0' }, 'type'],
    [{ typ: ['at+jwt'] }, 'type'],
    [{ alg: 'none' }, 'algorithm'],
    [{ alg: 'HS256' }, 'algorithm'],
    [{ alg: 'es384' }, 'algorithm'],
    [{ alg: undefined }, 'algorithm'],
    [{ alg: ['ES384'] }, 'algorithm'],
    [{ alg: 'ES256' }, 'algorithmOfKey'],
    [{ alg: 'RS256' }, 'algorithmOfKey'],
    [{ kid: '' }, 'keyIdForm'],
    [{ kid: null }, 'keyIdForm'],
    [{ kid: ['k'] }, 'keyIdForm'],
    [{ kid: 'k'.repeat(513) }, 'keyIdForm'],
    [{ kid: undefined, alg: 'ES512' }, 'keyIdMissing'],
    [{ enc: 'A256GCM' }, 'encrypted'],
    ...['crit', 'jku', 'x5u', 'jwk', 'b64', 'zip', 'cnf'].map(
      (name): [Record<string, unknown>, 'headerParameter'] => [{ [name]: true }, 'headerParameter'],
    ),
  ]
  test.each(cases)('%j: %s', async (header, check) => {
    expect(await stage.outcome(await issuer.sign(issuer.claims(resource), { header }))).toBe(refused(check))
  })
  test('when alg says PS256 and the key RS256', async () => {
    const token = await issuer.sign(issuer.claims(resource), { key: rsa, header: { alg: 'PS256' } })
    expect(await stage.outcome(token)).toBe(refused('algorithmOfKey'))
  })
  test('when kid is missing and two keys fit', async () => {
    const token = await issuer.sign(issuer.claims(resource), { key: rsa, header: { kid: undefined } })
    expect(await stage.outcome(token)).toBe(refused('keyIdMissing'))
  })
  test('without a single refetch for what no key could mend', () => {
    expect(issuer.counts.jwks).toBe(1)
  })
})

describe('claims are refused', () => {
  const cases: [Record<string, unknown>, keyof typeof details][] = [
    [{ aud: undefined }, 'audienceMissing'],
    [{ aud: null }, 'audience'],
    [{ aud: [] }, 'audience'],
    [{ aud: 'https://api.example.com' }, 'audienceSlash'],
    [{ aud: ['https://api.example.com//'] }, 'audience'],
    [{ aud: 'urn:logto:organization:o1' }, 'organizationToken'],
    [{ aud: 'HTTPS://api.example.com/' }, 'audience'],
    [{ aud: [['https://api.example.com/']] }, 'audience'],
    [{ aud: { 0: 'https://api.example.com/' } }, 'audience'],
    [{ exp: undefined }, 'expiryMissing'],
    [{ exp: '1' }, 'date'],
    [{ exp: 2 ** 53 }, 'date'],
    [{ nbf: [] }, 'date'],
    [{ iat: null }, 'date'],
    [{ exp: now() - 6 }, 'expired'],
    [{ exp: -1 }, 'expired'],
    [{ nbf: now() + 60 }, 'notYetValid'],
    [{ iat: now() + 60 }, 'issuedInFuture'],
    [{ exp: now() + 25 * 3600 }, 'lifetime'],
    [{ exp: now() * 1000 }, 'lifetime'],
    [{ iat: -1 }, 'lifetime'],
    [{ sub: undefined }, 'subjectMissing'],
    [{ sub: null }, 'subject'],
    [{ sub: '' }, 'subject'],
    [{ sub: 1 }, 'subject'],
    [{ sub: 'u'.repeat(256) }, 'subject'],
    [{ sub: 'user1\r\nX-User-Scopes: admin' }, 'subject'],
    [{ sub: 'user1\0' }, 'subject'],
    [{ sub: ' user1' }, 'subject'],
    [{ sub: 'user1\u00a0' }, 'subject'],
    [{ sub: 'user\ud800' }, 'subject'],
    [{ cnf: { jkt: 'x' } }, 'bound'],
    [{ cnf: null }, 'bound'],
    [{ iat: undefined }, 'issuedAtMissing'],
    [{ jti: undefined }, 'tokenIdMissing'],
    [{ jti: 7 }, 'tokenIdMissing'],
    [{ client_id: undefined }, 'clientMissing'],
    [{ client_id: 7 }, 'clientMissing'],
    [{ client_id: '' }, 'clientMissing'],
  ]
  test.each(cases)('%j: %s', async (claims, check) => {
    expect(await stage.outcome(await issuer.sign(issuer.claims(resource, claims)))).toBe(refused(check))
  })
  test.each([
    [undefined, 'none'],
    ['https://evil.example/oidc', 'https://evil.example/oidc'],
    [['x'], 'a value that is no text'],
    ['a"b\\c\r\nX: y\u00e4', 'a?b?c??X:?y?'],
    ['i'.repeat(300), `${'i'.repeat(200)}...`],
  ])('when iss is %j, which is printed safely beside the configured one', async (iss, received) => {
    const outcome = await stage.outcome(await issuer.sign(issuer.claims(resource, { iss })))
    expect(outcome).toBe(`${refused('issuer')}: received ${received}, configured ${issuer.url}`)
    expect(outcome).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  })
  test('when exp is a number that reads as Infinity', async () => {
    const claims = JSON.stringify(issuer.claims(resource, { exp: 4711 })).replace('4711', '1e400')
    expect(await stage.outcome(await issuer.sign(claims))).toBe(refused('date'))
  })
  test.each([
    ['a member twice', '{"sub":"a","sub":"b"}'],
    ['a member twice, one escaped', '{"sub":"a","s\\u0075b":"b"}'],
    ['a byte order mark', '\ufeff{}'],
    ['a list', '[]'],
    ['no JSON', 'not json'],
    ['deep nesting', `{"a":${'['.repeat(33)}${']'.repeat(33)}}`],
  ])('that are %s', async (_, claims) => {
    expect(await stage.outcome(await issuer.sign(claims))).toBe(refused('notStrictJson'))
  })
  test('in words that an error_description may hold (RFC 6750 section 3)', () => {
    for (const text of Object.values(details)) expect(text).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  })
})

describe('a signature is refused', () => {
  test('of another key, before a word is said about the claims', async () => {
    const token = await issuer.sign(issuer.claims(resource, { exp: 1 }), {
      key: { ...foreign, kid: issuer.key.kid },
    })
    expect(await stage.outcome(token)).toBe(refused('signature'))
  })
  test.each(['', 'AA', 'A'.repeat(128)])('that is made up: %j', async (signature) => {
    const [header, claims] = (await issuer.sign(issuer.claims(resource))).split('.')
    expect(await stage.outcome(`${header}.${claims}.${signature}`)).toBe(refused('signature'))
  })
})

test.each(['ES256', 'ES512', 'RS512', 'PS256', 'EdDSA'])('a key for %s verifies', async (alg) => {
  const key = await createIssuerKey(alg)
  const other = await createTestIssuer()
  other.jwks = { keys: [key.publicJwk] }
  const own = createVerifierStage({ issuer: issuerOptions(other.url) })
  expect(await own.outcome(await other.sign(other.claims(resource), { key }))).toBe('ok')
  own.keySet.close()
  await other.close()
})

describe('an issuer without at+jwt', () => {
  const untyped = (typ: string | undefined, claims: Record<string, unknown>) =>
    withStage({ tokenTypes: ['at+jwt', 'jwt', 'none'] }, async (other) =>
      other.outcome(await issuer.sign(issuer.claims(resource, claims), { header: { typ } })),
    )
  test.each(['JWT', undefined])('may send typ %s, without jti, iat and client_id', async (typ) => {
    expect(await untyped(typ, { jti: undefined, iat: undefined, client_id: undefined })).toBe('ok')
  })
  test.each([{ nonce: 'n' }, { at_hash: 'h' }, { c_hash: 'h' }, { s_hash: 'h' }, { typ: 'ID' }])(
    'gets an ID token with %j refused',
    async (claims) => expect(await untyped('JWT', claims)).toBe(refused('idToken')),
  )
  test('gets an ID token refused although the resource is its client (security)', async () => {
    await withStage({ tokenTypes: ['jwt', 'none'] }, { values: ['app1'] }, async (other) => {
      const { iss, sub, iat, exp } = issuer.claims(resource)
      const idToken = await issuer.sign({ iss, sub, iat, exp, aud: 'app1' }, { header: { typ: 'JWT' } })
      expect(await other.outcome(idToken)).toBe(refused('idToken'))
    })
  })
  test('has at+jwt tokens that nobody guesses about', async () => {
    expect(await untyped('at+jwt', { nonce: 'n', at_hash: 'h', typ: 'ID' })).toBe('ok')
  })
  test('may keep scopes and the client in nested claims, and scopes in several', async () => {
    const claims = { scope: ['scp', 'realm.roles', 'a.b'], clientId: 'client.id' }
    await withStage({ claims }, async (other) => {
      const held = {
        scp: 'read write',
        realm: { roles: ['admin', 'read'] },
        'a.b': 'whole',
        client: { id: 'app2' },
      }
      const verification = await other.verify(await issuer.sign(issuer.claims(resource, held)))
      if (!verification.verified) throw new Error(verification.detail)
      expect(verification.token.clientId).toBe('app2')
      expect([...verification.token.scopes]).toEqual(['read', 'write', 'admin', 'whole'])
    })
  })
  test('may keep scope and client_id elsewhere', async () => {
    await withStage({ claims: { scope: ['scp'], clientId: 'azp' } }, async (other) => {
      const claims = issuer.claims(resource, { scp: ['read', 'write'], azp: 'app2', client_id: undefined })
      const verification = await other.verify(await issuer.sign(claims))
      expect(verification.verified && verification.token.clientId).toBe('app2')
      expect(verification.verified && [...verification.token.scopes]).toEqual(['read', 'write'])
    })
  })
  test('accepts only the algorithms it lists', async () => {
    await withStage({ algorithms: ['PS256'] }, async (other) => {
      expect(await other.outcome(await issuer.sign(issuer.claims(resource)))).toBe(refused('algorithm'))
      const key = { ...(await createIssuerKey('PS256')), kid: unpinnedRsa.kid }
      expect(await other.outcome(await issuer.sign(issuer.claims(resource), { key }))).toBe(
        refused('signature'),
      )
    })
  })
})

describe('an issuer that says what marks its access tokens', () => {
  const marked = {
    tokenTypes: ['at+jwt', 'jwt', 'none'],
    accessToken: {
      where: [
        { claim: 'token_use', values: ['access'] },
        { claim: 'meta.kind', values: ['user', 7] },
      ],
    },
  }
  const mark = { token_use: 'access', meta: { kind: ['user'] } }
  const outcomeOf = (claims: Record<string, unknown>, typ: string | undefined, audience?: Audience) =>
    withStage(marked, audience, async (other) =>
      other.outcome(await issuer.sign(issuer.claims(resource, claims), { header: { typ } })),
    )
  test.each([
    [mark, 'JWT'],
    [mark, undefined],
    [mark, 'at+jwt'],
    [{ token_use: 'access', meta: { kind: 7 }, nonce: 'n', at_hash: 'h' }, 'JWT'],
  ])('has those accepted without a guess: %j of typ %s', async (claims, typ) => {
    expect(await outcomeOf(claims, typ)).toBe('ok')
  })
  test.each([
    [{}, 'JWT'],
    [{}, 'at+jwt'],
    [{ ...mark, token_use: 'id' }, undefined],
    [{ ...mark, token_use: ['id'] }, undefined],
    [{ ...mark, meta: { kind: '7' } }, 'JWT'],
    [{ token_use: 'access' }, 'JWT'],
  ])('has every other refused: %j of typ %s', async (claims, typ) => {
    expect(await outcomeOf(claims, typ)).toBe(refused('notMarked'))
  })
  test.each([
    [{ aud: undefined, client_id: 'app1' }, 'ok'],
    [{ aud: undefined, client_id: 'app2' }, refused('audienceMissing')],
    [{ aud: undefined, client_id: undefined, jti: undefined }, refused('audienceMissing')],
    [{ aud: undefined, client_id: ['app1'] }, refused('audienceMissing')],
    [{ aud: resource, client_id: 'app2' }, 'ok'],
    [{ aud: 'app1', client_id: 'app1' }, refused('audience')],
    [{ aud: null, client_id: 'app1' }, refused('audience')],
    [{ aud: [], client_id: 'app1' }, refused('audience')],
  ])('may leave aud out for clients that are named: %j', async (claims, outcome) => {
    const audience = { values: [resource], clients: ['app1'] }
    expect(await outcomeOf({ ...mark, ...claims }, 'JWT', audience)).toBe(outcome)
  })
})

test('a token without aud is never accepted where nothing marks access tokens (security)', async () => {
  const audience = { values: [resource], clients: ['app1'] }
  await withStage({ tokenTypes: ['at+jwt', 'jwt'] }, audience, async (other) => {
    const token = await issuer.sign(issuer.claims(resource, { aud: undefined }))
    expect(await other.outcome(token)).toBe(refused('audienceMissing'))
  })
})

test('an audience of its own stands in place of the resource', async () => {
  await withStage({}, { values: ['api://one', 'api://two'] }, async (other) => {
    for (const aud of ['api://one', ['x', 'api://two']])
      expect(await other.outcome(await issuer.sign(issuer.claims(resource, { aud })))).toBe('ok')
    expect(await other.outcome(await issuer.sign(issuer.claims(resource)))).toBe(refused('audience'))
  })
})

describe('an issuer of several names', () => {
  const also = ['https://custom.example/oidc']
  const outcomeOf = (iss: unknown) =>
    withStage({ also }, async (other) => other.verify(await issuer.sign(issuer.claims(resource, { iss }))))
  test('is one issuer under each of them', async () => {
    const verification = await outcomeOf('https://custom.example/oidc')
    if (!verification.verified) throw new Error(verification.detail)
    expect(verification.token.issuer).toBe(issuer.url)
    expect(verification.token.claims['iss']).toBe('https://custom.example/oidc')
  })
  test.each(['https://custom.example/oidc/', 'https://custom.example', '', also])(
    'has no others: %j',
    async (iss) => expect(await outcomeOf(iss)).toMatchObject({ verified: false }),
  )
  test('has all of them told when a token names another', async () => {
    const verification = await outcomeOf('https://evil.example')
    expect(!verification.verified && verification.detail).toBe(
      `${details.issuer}: received https://evil.example, configured ${issuer.url} or ${also[0]}`,
    )
  })
})

test('an unknown key of a token from another issuer is told by its iss, which is not printed', async () => {
  const own = createVerifierStage({ issuer: issuerOptions(issuer.url) })
  await eventually(() => own.keySet.status().ready)
  own.clock.nowMs += 2000
  const claims = issuer.claims(resource, { iss: 'https://evil.example' })
  expect(await own.outcome(await issuer.sign(claims, { key: foreign }))).toBe(refused('keyOfAnotherIssuer'))
  own.keySet.close()
})

function withStage<T>(more: Partial<IssuerOptions>, use: (stage: VerifierStage) => Promise<T>): Promise<T>
function withStage<T>(
  more: Partial<IssuerOptions>,
  audience: Audience | undefined,
  use: (stage: VerifierStage) => Promise<T>,
): Promise<T>
async function withStage<T>(
  more: Partial<IssuerOptions>,
  ...rest:
    | [(stage: VerifierStage) => Promise<T>]
    | [Audience | undefined, (stage: VerifierStage) => Promise<T>]
): Promise<T> {
  const [audience, use] = rest.length === 1 ? [undefined, ...rest] : rest
  const other = createVerifierStage({
    issuer: issuerOptions(issuer.url, more),
    ...(audience && { audience }),
  })
  try {
    return await use(other)
  } finally {
    other.keySet.close()
  }
}

test('claims are own members: a token cannot reach what objects inherit', async () => {
  const json = JSON.stringify(issuer.claims(resource, { scope: undefined })).replace(
    '{',
    '{"__proto__":{"scope":"admin"},"nested":{"__proto__":{"role":"admin"}},',
  )
  const verification = await stage.verify(await issuer.sign(json))
  if (!verification.verified) throw new Error(verification.detail)
  const { claims, scopes } = verification.token
  expect(scopes.size).toBe(0)
  const prototype = Object.getPrototypeOf(claims)
  expect([Reflect.ownKeys(prototype), Object.getPrototypeOf(prototype)]).toEqual([[], null])
  expect(Object.isFrozen(prototype)).toBe(true)
  expect(Object.keys(claims)).toContain('__proto__')
  expect(claims['toString']).toBeUndefined()
  expect(Object.getPrototypeOf(claims['nested'])).toBe(null)
})
