import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { type SignInOptions, SignInRefused, signIn } from '../../src/dev/demo/sign-in.ts'
import { type Application, exampleResource } from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'

let logto: StandInLogto
let partner: Application
beforeEach(async () => {
  logto = await startStandInLogto()
  partner = {
    ...{ id: 'partner', name: 'Partner', type: 'Traditional', secret: 'partner-secret', roles: [] },
    ...{ redirectUris: ['https://partner.example/callback'], isThirdParty: true },
  }
  logto.data.applications.push(partner)
  for (const role of logto.data.roles) role.permissions = { [exampleResource]: ['read', 'write'] }
  return () => logto.close()
})

const alice = { username: 'alice', password: 'alice-password', clientId: 'partner' }

async function refusalOf(options: Partial<SignInOptions>): Promise<unknown> {
  const refusal = await signIn(logto, { ...alice, scope: 'read', ...options }).catch(
    (error: unknown) => error,
  )
  return refusal instanceof SignInRefused ? refusal.body : refusal
}

describe('an application of a third party', () => {
  test('gets nothing before its permissions are enabled: access_denied', async () => {
    expect(await refusalOf({})).toMatchObject({ error: 'access_denied' })
  })

  test('gets those that are enabled; the others are dropped', async () => {
    partner.consent = { [exampleResource]: ['read'] }
    const { access_token } = await signIn(logto, { ...alice, scope: 'read write' })
    expect(decodeJwt(access_token)).toMatchObject({ scope: 'read', client_id: 'partner' })
  })

  test('is refused for a scope of users that is not enabled: invalid_scope', async () => {
    partner.consent = { [exampleResource]: ['read'] }
    partner.userScopes = ['profile']
    expect(await refusalOf({ scope: 'profile phone read' })).toMatchObject({
      error: 'invalid_scope',
      error_description: 'requested scope is not allowed',
      scope: 'phone',
    })
    expect((await signIn(logto, { ...alice, scope: 'profile read' })).scope).toBe('read')
  })

  test('gets nothing from a user who declines', async () => {
    partner.consent = { [exampleResource]: ['read'] }
    expect(await refusalOf({ decision: 'deny' })).toMatchObject({ error: 'access_denied' })
  })

  test('gets a refresh token unasked when it always does', async () => {
    partner.consent = { [exampleResource]: ['read'] }
    partner.alwaysIssueRefreshToken = true
    expect((await signIn(logto, { ...alice, scope: 'read' })).refresh_token).toBeDefined()
  })
})
