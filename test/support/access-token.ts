import type { AccessToken } from '../../src/token/access-token.ts'

/** A verified token with these claims, without scopes and client unless `more` gives it some. */
export function accessToken(claims: object = {}, more: Partial<AccessToken> = {}): AccessToken {
  return {
    kind: 'jwt',
    issuer: 'https://issuer.test',
    subject: 'user1',
    clientId: undefined,
    scopes: new Set(),
    claims: Object.assign(Object.create(null), claims),
    expiresAtMs: 0,
    ...more,
  }
}
