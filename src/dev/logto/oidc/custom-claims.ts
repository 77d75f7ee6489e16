import { setTimeout as wait } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'
import type { AccessToken, ClientCredentials } from 'oidc-provider'
import { isJsonObject } from '../../../issuer/json-object.ts'
import { userInfo } from '../management/user-view.ts'
import { findUser } from './account.ts'
import type { SubjectOptions } from './exchange-subject.ts'

/** Milliseconds. Logto gives a script five seconds. */
const timeoutMs = 1000

/**
 * The claims that the tenant's script adds. None when there is no script, or when it throws, does not end, or
 * gives no object: Logto issues the token all the same. Throws `AccessDenied` when the script says so.
 */
export async function customClaims(
  { oidc, data }: SubjectOptions,
  token: AccessToken | ClientCredentials,
): Promise<Record<string, unknown>> {
  const isUsers = token.kind === 'AccessToken'
  const script = data.settings?.claims?.[isUsers ? 'access-token' : 'client-credentials']
  if (script === undefined) return {}
  const user = isUsers ? findUser(data, token.accountId) : undefined
  const roles = data.roles.filter(({ name }) => user?.roles.includes(name)).map(({ name }) => ({ name }))
  const context = user && { user: { ...userInfo(user), roles } }
  const outcome = await evaluate(script, { token: tokenView(token), context, environmentVariables: {} })
  if (outcome.denied !== undefined) throw new oidc.errors.AccessDenied(outcome.denied)
  return outcome.claims
}

type Outcome = { readonly claims: Record<string, unknown>; readonly denied?: string }

/** The script is of a test or of somebody who plays with the demo. */
async function evaluate(script: string, input: Readonly<Record<string, unknown>>): Promise<Outcome> {
  let denied: string | undefined
  const api = {
    denyAccess(message = 'Access denied') {
      denied = message
      throw new Error(message)
    },
  }
  try {
    const call = `${script}\n;getCustomJwtClaims(input)`
    const running: unknown = runInNewContext(call, { input: { ...input, api } }, { timeout: timeoutMs })
    const claims = await Promise.race([running, wait(timeoutMs, undefined, { ref: false })])
    return { claims: isJsonObject(claims) ? JSON.parse(JSON.stringify(claims)) : {} }
  } catch {
    return { claims: {}, ...(denied !== undefined && { denied }) }
  }
}

function tokenView(token: AccessToken | ClientCredentials): Record<string, unknown> {
  const { jti, kind, clientId, aud, scope } = token
  const ofUser = token.kind === 'AccessToken' && { accountId: token.accountId, grantId: token.grantId }
  return { jti, kind, clientId, aud, scope, ...ofUser }
}
