import { randomBytes } from 'node:crypto'
import type { Application, LogtoData, Resource, Role, User } from '../data.ts'
import { notFound } from './reply.ts'

/** The tenant's plain data as the Management API shows it, with ids. */
export type Objects = {
  readonly data: LogtoData
  /** The id of what has none of its own. */
  idOf(thing: object): string
  resourceId(resource: Resource): string
  roleId(role: Role): string
  scopeId(resource: Resource, name: string): string
  resource(id: string | undefined): Resource
  role(id: string | undefined): Role
  user(id: string | undefined): User
  application(id: string | undefined): Application
  /** The permission of this id, in any resource. */
  scope(id: unknown): { readonly resource: Resource; readonly name: string } | undefined
  /** A permission keeps its id under another name. */
  rename(resource: Resource, from: string, to: string): void
}

export function newId(): string {
  return randomBytes(16).toString('hex').slice(0, 21)
}

export function createObjects(data: LogtoData): Objects {
  const ids = new WeakMap<object, string>()
  const scopeIds = new WeakMap<Resource, Map<string, string>>()
  const idOf = (thing: object) => {
    const id = ids.get(thing) ?? newId()
    ids.set(thing, id)
    return id
  }
  const scopesOf = (resource: Resource) => {
    const known = scopeIds.get(resource) ?? new Map<string, string>()
    scopeIds.set(resource, known)
    return known
  }
  const scopeId = (resource: Resource, name: string) => {
    const known = scopesOf(resource)
    const id = known.get(name) ?? newId()
    known.set(name, id)
    return id
  }
  return {
    data,
    idOf,
    resourceId: idOf,
    roleId: idOf,
    scopeId,
    resource: (id) => found(data.resources.find((candidate) => idOf(candidate) === id)),
    role: (id) => found(data.roles.find((candidate) => idOf(candidate) === id)),
    user: (id) => found(data.users.find((candidate) => candidate.id === id)),
    application: (id) => found(data.applications.find((candidate) => candidate.id === id)),
    scope(id) {
      for (const resource of data.resources)
        for (const name of resource.permissions) if (scopeId(resource, name) === id) return { resource, name }
      return undefined
    },
    rename(resource, from, to) {
      const known = scopesOf(resource)
      known.set(to, scopeId(resource, from))
      known.delete(from)
    },
  }
}

function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw notFound()
  return thing
}
