import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { createBrowser } from './browser.ts'
import { type Logto, openLogto } from './logto.ts'
import {
  createMade,
  type Made,
  type MadeApplication,
  type MadeResource,
  type MadeUser,
  signInTo,
} from './made.ts'

// Facts about applications of third parties, which users must give their consent to.

let logto: Logto
let made: Made
let resource: MadeResource
let user: MadeUser
beforeAll(async () => {
  logto = await openLogto()
  made = createMade(logto)
  resource = await made.resource('of third parties', 'read', 'write')
  const scopeIds = Object.values(resource.scopeIds)
  user = await made.user('consenting', [await made.role('of third parties', scopeIds)])
})

/** An application that may ask for `read` and for the profile. */
async function makeAllowed(what: string): Promise<MadeApplication> {
  const application = await made.application(what, { isThirdParty: true })
  const body = { resourceScopes: [resource.scopeIds['read']], userScopes: ['profile'] }
  const path = `applications/${application.id}/user-consent-scopes`
  expect((await logto.api('POST', path, body)).status).toBe(201)
  return application
}

async function errorOf(application: MadeApplication, scope: string): Promise<Record<string, string>> {
  const asked = { ...user, clientId: application.id, scope, resource: [resource.indicator] }
  const signedIn = await createBrowser(logto).signIn(asked)
  return 'callback' in signedIn ? Object.fromEntries(signedIn.callback) : {}
}

describe('an application of a third party', () => {
  test('gets nothing before anything is enabled: access_denied', async () => {
    const application = await made.application('not yet', { isThirdParty: true })
    expect(await errorOf(application, 'read')).toMatchObject({ error: 'access_denied' })
  })

  test('shows a page for consent at every sign-in, while one of the tenant never does', async () => {
    const asked = { ...user, scope: 'read', resource: [resource.indicator] }
    const person = createBrowser(logto)
    const third = await makeAllowed('asking')
    for (let i = 0; i < 2; i += 1)
      expect(await person.signIn({ ...asked, clientId: third.id })).toMatchObject({ isConsentAsked: true })
    const first = await made.application('not asking')
    const more = { prompt: 'login consent' }
    expect(await person.signIn({ ...asked, clientId: first.id, more })).toMatchObject({
      isConsentAsked: false,
    })
  })

  test('gets permissions that are enabled; the others are dropped', async () => {
    const application = await makeAllowed('allowed')
    const asked = { user, application, scope: 'read write', resource: [resource.indicator] }
    const { access_token } = await signInTo(logto, asked)
    expect(decodeJwt(access_token)).toMatchObject({ scope: 'read', client_id: application.id })
  })

  test('is refused for a scope of users that is not enabled: invalid_scope', async () => {
    const application = await makeAllowed('no phone')
    expect(await errorOf(application, 'profile phone read')).toMatchObject({
      error: 'invalid_scope',
      error_description: 'requested scope is not allowed',
      scope: 'phone',
    })
  })

  test('is allowed nothing unknown: 422 for a permission, 400 for openid', async () => {
    const { id } = await made.application('unknown', { isThirdParty: true })
    const path = `applications/${id}/user-consent-scopes`
    expect(await logto.api('POST', path, { resourceScopes: ['nobody-has-this-id'] })).toMatchObject({
      status: 422,
      body: {
        code: 'application.user_consent_scopes_not_found',
        data: { invalidResourceScopes: ['nobody-has-this-id'] },
      },
    })
    expect((await logto.api('POST', path, { userScopes: ['openid'] })).status).toBe(400)
  })
})
