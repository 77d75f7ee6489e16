import { managementResource, type Resource } from '../data.ts'
import type { Objects } from './objects.ts'
import { badInput, emptyChange, pageOf, Refusal } from './reply.ts'
import type { Routes } from './route.ts'

export function resourceView(objects: Objects, resource: Resource) {
  const { indicator, name = indicator, accessTokenTtl } = resource
  const isDefault = objects.data.defaultApi === indicator
  return { tenantId: 'default', id: objects.resourceId(resource), name, indicator, isDefault, accessTokenTtl }
}

export function scopeView(objects: Objects, resource: Resource, name: string) {
  const id = objects.scopeId(resource, name)
  const description = resource.descriptions?.[name] ?? ''
  return {
    tenantId: 'default',
    id,
    resourceId: objects.resourceId(resource),
    name,
    description,
    createdAt: 0,
  }
}

const scopesView = (objects: Objects, resource: Resource) =>
  resource.permissions.map((name) => scopeView(objects, resource, name))

/** API resources and their permissions. */
export const resourceRoutes: Routes = (objects) => {
  const { data } = objects
  return [
    {
      method: 'GET',
      path: 'resources',
      handle({ query }) {
        const isWhole = query.get('includeScopes') === 'true'
        const views = data.resources.map((resource) => ({
          ...resourceView(objects, resource),
          ...(isWhole && { scopes: scopesView(objects, resource) }),
        }))
        return pageOf(views, query, true)
      },
    },
    {
      method: 'POST',
      path: 'resources',
      handle({ body: { name, indicator, accessTokenTtl = 3600 } }) {
        if (typeof name !== 'string' || name === '') throw badInput('Error in request body: name.')
        if (typeof indicator !== 'string') throw badInput('Error in request body: indicator.')
        if (typeof accessTokenTtl !== 'number') throw badInput('Error in request body: accessTokenTtl.')
        if (data.resources.some((candidate) => candidate.indicator === indicator))
          throw new Refusal(
            422,
            'resource.resource_identifier_in_use',
            `The API identifier ${indicator} is already in use.`,
          )
        const resource = { indicator, name, permissions: [], accessTokenTtl }
        data.resources.push(resource)
        return { status: 201, body: { ...resourceView(objects, resource), scopes: [] } }
      },
    },
    {
      method: 'GET',
      path: 'resources/:id',
      handle: ({ ids: [id] }) => ({ status: 200, body: resourceView(objects, objects.resource(id)) }),
    },
    {
      method: 'PATCH',
      path: 'resources/:id',
      handle({ ids: [id], body: { name, accessTokenTtl } }) {
        const resource = objects.resource(id)
        if (name === undefined && accessTokenTtl === undefined) throw emptyChange()
        if (typeof name === 'string') resource.name = name
        if (typeof accessTokenTtl === 'number') resource.accessTokenTtl = accessTokenTtl
        return { status: 200, body: resourceView(objects, resource) }
      },
    },
    {
      method: 'PATCH',
      path: 'resources/:id/is-default',
      handle({ ids: [id], body: { isDefault } }) {
        const resource = objects.resource(id)
        data.defaultApi = isDefault === true ? resource.indicator : undefined
        return { status: 200, body: resourceView(objects, resource) }
      },
    },
    {
      method: 'DELETE',
      path: 'resources/:id',
      handle({ ids: [id] }) {
        const resource = objects.resource(id)
        if (resource.indicator === managementResource)
          throw new Refusal(400, 'resource.cannot_delete_management_api', 'Cannot delete management API.')
        data.resources.splice(data.resources.indexOf(resource), 1)
        return { status: 204 }
      },
    },
    ...permissionRoutes(objects),
  ]
}

const permissionRoutes: Routes = (objects) => [
  {
    method: 'GET',
    path: 'resources/:resourceId/scopes',
    handle: ({ ids: [id], query }) => pageOf(scopesView(objects, objects.resource(id)), query),
  },
  {
    method: 'POST',
    path: 'resources/:resourceId/scopes',
    handle({ ids: [id], body: { name, description = '' } }) {
      const resource = objects.resource(id)
      requireName(resource, name)
      resource.permissions.push(name)
      resource.descriptions = { ...resource.descriptions, [name]: String(description) }
      return { status: 201, body: scopeView(objects, resource, name) }
    },
  },
  {
    method: 'PATCH',
    path: 'resources/:resourceId/scopes/:scopeId',
    handle({ ids: [id, scopeId], body: { name, description } }) {
      const resource = objects.resource(id)
      let current = nameOf(objects, resource, scopeId)
      if (name !== undefined && name !== current) {
        requireName(resource, name)
        objects.rename(resource, current, name)
        resource.permissions[resource.permissions.indexOf(current)] = name
        current = name
      }
      if (description !== undefined)
        resource.descriptions = { ...resource.descriptions, [current]: String(description) }
      return { status: 200, body: scopeView(objects, resource, current) }
    },
  },
  {
    method: 'DELETE',
    path: 'resources/:resourceId/scopes/:scopeId',
    handle({ ids: [id, scopeId] }) {
      const resource = objects.resource(id)
      const name = nameOf(objects, resource, scopeId)
      resource.permissions.splice(resource.permissions.indexOf(name), 1)
      for (const { permissions } of objects.data.roles) {
        const held = permissions[resource.indicator]
        if (held !== undefined) permissions[resource.indicator] = held.filter((one) => one !== name)
      }
      return { status: 204 }
    },
  },
]

function requireName(resource: Resource, name: unknown): asserts name is string {
  if (typeof name !== 'string' || name === '' || name.length > 256)
    throw badInput('Error in request body: name.')
  if (/\s/.test(name))
    throw new Refusal(400, 'scope.name_with_space', 'The name of the scope cannot contain any spaces.')
  if (resource.permissions.includes(name))
    throw new Refusal(422, 'scope.name_exists', `The scope name ${name} is already in use.`)
}

function nameOf(objects: Objects, resource: Resource, id: string | undefined): string {
  const scope = objects.scope(id)
  if (scope === undefined || scope.resource !== resource)
    throw new Refusal(404, 'entity.not_exists_with_id', 'The scope does not exist.')
  return scope.name
}
