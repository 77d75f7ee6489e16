import type { Application } from '../data.ts'
import type { Objects } from './objects.ts'
import { badInput, notThere, Refusal } from './reply.ts'
import { resourceView, scopeView } from './resource-routes.ts'
import type { Routes } from './route.ts'

const path = 'applications/:applicationId/user-consent-scopes'

/** The permissions and scopes that an application of a third party may ask users for. */
export const consentRoutes: Routes = (objects) => [
  {
    method: 'GET',
    path,
    handle({ ids: [id] }) {
      const { consent = {}, userScopes = [] } = objects.application(id)
      const resourceScopes = objects.data.resources.flatMap((resource) => {
        const names = (consent[resource.indicator] ?? []).filter((name) =>
          resource.permissions.includes(name),
        )
        const scopes = names.map((name) => scopeView(objects, resource, name))
        return scopes.length === 0 ? [] : [{ resource: resourceView(objects, resource), scopes }]
      })
      return { status: 200, body: { userScopes, resourceScopes, organizationScopes: [] } }
    },
  },
  {
    method: 'POST',
    path,
    handle({ ids: [id], body: { resourceScopes, userScopes = [] } }) {
      const application = objects.application(id)
      if (application.isThirdParty !== true)
        throw new Refusal(
          422,
          'application.third_party_application_only',
          'Only for third-party applications.',
        )
      requireUserScopes(userScopes)
      allow(objects, application, Array.isArray(resourceScopes) ? resourceScopes : [])
      application.userScopes = [...new Set([...(application.userScopes ?? []), ...userScopes])]
      return { status: 201 }
    },
  },
  {
    method: 'DELETE',
    path: `${path}/resource-scopes/:scopeId`,
    handle({ ids: [id, scopeId] }) {
      const application = objects.application(id)
      const scope = objects.scope(scopeId)
      const held = scope && application.consent?.[scope.resource.indicator]
      if (scope === undefined || held === undefined || !held.includes(scope.name)) throw notThere()
      const others = held.filter((name) => name !== scope.name)
      application.consent = { ...application.consent, [scope.resource.indicator]: others }
      return { status: 204 }
    },
  },
  {
    method: 'DELETE',
    path: `${path}/user-scopes/:scopeId`,
    handle({ ids: [id, scope = ''] }) {
      const application = objects.application(id)
      if (!application.userScopes?.includes(scope)) throw notThere()
      application.userScopes = application.userScopes.filter((held) => held !== scope)
      return { status: 204 }
    },
  },
]

/** One unknown permission, and none of them is allowed. */
function allow(objects: Objects, application: Application, scopeIds: readonly unknown[]): void {
  const invalid = scopeIds.filter((id) => objects.scope(id) === undefined)
  if (invalid.length > 0)
    throw new Refusal(422, 'application.user_consent_scopes_not_found', 'Invalid scopes.', {
      invalidResourceScopes: invalid,
    })
  const consent = { ...application.consent }
  for (const { resource, name } of scopeIds.flatMap((id) => objects.scope(id) ?? []))
    consent[resource.indicator] = [...new Set([...(consent[resource.indicator] ?? []), name])]
  application.consent = consent
}

/** `openid` is not among them. */
const knownUserScopes: ReadonlySet<unknown> = new Set([
  ...['profile', 'email', 'phone', 'address', 'custom_data', 'identities', 'roles'],
  ...['urn:logto:scope:organizations', 'urn:logto:scope:organization_roles'],
])

function requireUserScopes(scopes: unknown): asserts scopes is string[] {
  const isKnown = Array.isArray(scopes) && scopes.every((scope) => knownUserScopes.has(scope))
  if (!isKnown) throw badInput('Error in request body: userScopes.')
}
