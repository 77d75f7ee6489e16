import { isJsonObject } from '../../../issuer/json-object.ts'
import type { Application } from '../data.ts'
import { newId } from './objects.ts'
import { badInput, pageOf, Refusal } from './reply.ts'
import type { Routes } from './route.ts'
import { heldRoles, rolesOf, takeRole } from './user-role-routes.ts'

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
      handle: ({ query }) => pageOf(applications.map(applicationView), query, true),
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
    {
      method: 'GET',
      path: 'applications/:id/secrets',
      handle({ ids: [id] }) {
        const { secret } = objects.application(id)
        const secrets =
          secret === undefined ? [] : [{ name: 'Default secret', value: secret, expiresAt: null }]
        return { status: 200, body: secrets }
      },
    },
    ...machineRoutes(objects),
  ]
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

const machineRoutes: Routes = (objects) => [
  {
    method: 'GET',
    path: 'applications/:applicationId/roles',
    handle: ({ ids: [id], query }) => pageOf(heldRoles(objects, objects.application(id)), query),
  },
  {
    method: 'POST',
    path: 'applications/:applicationId/roles',
    handle({ ids: [id], body: { roleIds } }) {
      const application = objects.application(id)
      if (application.type !== 'MachineToMachine')
        throw new Refusal(
          422,
          'application.invalid_type',
          'Only machine to machine applications can have roles.',
        )
      const roles = rolesOf(objects, roleIds)
      if (roles.some(({ type = 'User' }) => type === 'User'))
        throw new Refusal(422, 'application.invalid_role_type', 'Can not assign user type role to machine.')
      for (const { name } of roles) if (!application.roles.includes(name)) application.roles.push(name)
      return { status: 201 }
    },
  },
  {
    method: 'DELETE',
    path: 'applications/:applicationId/roles/:roleId',
    handle({ ids: [id, roleId] }) {
      takeRole(objects.application(id), objects.role(roleId))
      return { status: 204 }
    },
  },
]
