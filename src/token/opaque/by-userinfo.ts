import { EndpointFault } from '../../issuer/endpoint-fault.ts'
import { askUserinfo } from '../../issuer/userinfo.ts'
import { believedMs } from '../access-token.ts'
import { claimsWithout } from '../claim.ts'
import { type ClaimRules, subjectFault } from '../jwt/claims.ts'
import { refuse } from '../verification.ts'
import type { Asked } from './asked.ts'
import type { IssuerLine } from './issuer-line.ts'

/** The user of an opaque token. It holds no scopes, and names no client: it only says who it is. */
export async function verifyByUserinfo(
  tokenText: string,
  rules: ClaimRules,
  { endpoints }: Pick<IssuerLine, 'endpoints'>,
  signal: AbortSignal,
): Promise<Asked> {
  const { issuer, nowMs } = rules
  const answer = await askUserinfo(tokenText, endpoints, signal)
  if (answer.kind === 'refused') return refuse(answer.reason, 'opaque')
  const { members } = answer
  if (subjectFault(members) !== undefined)
    throw new EndpointFault('the userinfo endpoint names no sub: check issuer.userinfoEndpoint')
  return {
    token: {
      kind: 'opaque',
      issuer: issuer.issuer,
      subject: String(members['sub']),
      clientId: undefined,
      scopes: new Set(),
      claims: claimsWithout(members, ['scope', ...issuer.claims.scope]),
      // The endpoint does not say when the token expires: it is only asked again.
      expiresAtMs: Number.POSITIVE_INFINITY,
      believedUntilMs: nowMs + believedMs,
    },
    keyThumbprint: '',
  }
}
