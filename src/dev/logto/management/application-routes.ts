import { isJsonObject } from '../../../issuer/json-object.ts'
import type { Application } from '../data.ts'
import { newId } from './objects.ts'
import { badInput, pageOf, Refusal } from './reply.ts'
import type { Routes } from './route.ts'
import { isLike } from './search.ts'

function applicationView(application: Application) {
  const { id, name, type, description = '', isThirdParty = false, redirectUris } = application
  const { postLogoutRedirectUris = [], customData = {}, customClientMetadata = {} } = application
  const { alwaysIssueRefreshToken, allowTokenExchange } = application
  return {
    tenantId: 'default',
    id,
    name,
    description,
    type,
    oidcClientMetadata: { redirectUris, postLogoutRedirectUris },
    customClientMetadata: {
      ...customClientMetadata,
      ...(alwaysIssueRefreshToken !== undefined && { alwaysIssueRefreshToken }),
      ...(allowTokenExchange !== undefined && { allowTokenExchange }),
    },
    customData,
    isThirdParty,
  }
}

/** Applications, their secrets, what they may ask for, and the roles of machines. */
export const applicationRoutes: Routes = (objects) => {
  const { applications } = objects.data
  return [
    {
      method: 'GET',
      path: 'applications',
      handle: ({ query }) => pageOf(applications.filter(isSearched(query)).map(applicationView), query, true),
    },
    {
      method: 'GET',
      path: 'applications/:id',
      handle: ({ ids: [id] }) => ({ status: 200, body: applicationView(objects.application(id)) }),
    },
    {
      method: 'POST',
      path: 'applications',
      handle({ body }) {
        const { name, type, isThirdParty, customData } = body
        if (typeof name !== 'string' || name === '') throw badInput('Error in request body: name.')
        if (!isType(type)) throw badInput('Error in request body: type.')
        const isConfidential = type === 'Traditional' || type === 'MachineToMachine'
        const application: Application = {
          id: newId(),
          name,
          type,
          redirectUris: [],
          roles: [],
          ...(isConfidential && { secret: newId() + newId() }),
          ...(isThirdParty === true && { isThirdParty }),
          ...(isJsonObject(customData) && { customData: { ...customData } }),
        }
        setMetadata(application, body)
        applications.push(application)
        return { status: 200, body: applicationView(application) }
      },
    },
    {
      method: 'PATCH',
      path: 'applications/:id',
      handle({ ids: [id], body }) {
        const application = objects.application(id)
        setMetadata(application, body)
        return { status: 200, body: applicationView(application) }
      },
    },
    {
      method: 'PATCH',
      path: 'applications/:applicationId/custom-data',
      handle({ ids: [id], body }) {
        const application = objects.application(id)
        application.customData = { ...application.customData, ...body }
        return { status: 200, body: application.customData }
      },
    },
    {
      method: 'DELETE',
      path: 'applications/:id',
      handle({ ids: [id] }) {
        applications.splice(applications.indexOf(objects.application(id)), 1)
        return { status: 204 }
      },
    },
  ]
}

/** `?types=`, `?isThirdParty=true` and `?search=%25name%25`. */
function isSearched(query: URLSearchParams): (application: Application) => boolean {
  const types = query.getAll('types')
  const isThirdPartyAsked = query.get('isThirdParty') === 'true'
  const isNamed = isLike(query)
  return ({ type, isThirdParty = false, name }) =>
    (types.length === 0 || types.includes(type)) && (!isThirdPartyAsked || isThirdParty) && isNamed(name)
}

function isType(type: unknown): type is Application['type'] {
  return typeof type === 'string' && ['Traditional', 'SPA', 'Native', 'MachineToMachine'].includes(type)
}

/** `type` and `isThirdParty` are ignored, with 200; the two metadata objects are replaced. */
function setMetadata(application: Application, body: Readonly<Record<string, unknown>>): void {
  const { name, description, oidcClientMetadata: oidc, customClientMetadata: custom } = body
  if (typeof name === 'string') application.name = name
  if (typeof description === 'string') application.description = description
  if (isJsonObject(oidc)) {
    const { redirectUris, postLogoutRedirectUris } = oidc
    if (!isTexts(redirectUris) || !isTexts(postLogoutRedirectUris))
      throw badInput('Error in request body: oidcClientMetadata.')
    if (!redirectUris.every((uri) => URL.canParse(uri)))
      throw badInput('Error in request body: redirectUris.')
    Object.assign(application, { redirectUris: [...redirectUris], postLogoutRedirectUris })
  }
  if (isJsonObject(custom)) {
    const { alwaysIssueRefreshToken, allowTokenExchange, ...others } = custom
    if (allowTokenExchange === true && application.isThirdParty)
      throw new Refusal(
        422,
        'application.third_party_application_token_exchange_not_supported',
        'Token exchange is not available for third-party applications.',
      )
    Object.assign(application, { customClientMetadata: others, alwaysIssueRefreshToken, allowTokenExchange })
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
