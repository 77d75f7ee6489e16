import { badInput, notFound, pageOf, Refusal } from './reply.ts'
import type { Route } from './route.ts'

type Named = { name: string; description?: string }

export type NamedKind<T extends Named> = {
  /** First segment of the path, `organization-roles` for example. */
  readonly path: string
  readonly list: () => T[]
  readonly idOf: (thing: T) => string
  readonly make: (body: Readonly<Record<string, unknown>>) => T
  readonly view: (thing: T) => object
  /** Called after a name has changed. */
  readonly renamed?: (from: string, to: string) => void
  /** Called after one is gone. */
  readonly removed?: (thing: T) => void
  readonly isUnique: boolean
}

/** List, make, show, change and delete: Logto has them alike for all that organizations are made of. */
export function namedRoutes<T extends Named>(kind: NamedKind<T>): Route[] {
  const { path, list, view } = kind
  const find = (id: string | undefined) => findNamed(kind, id)
  return [
    { method: 'GET', path, handle: ({ query }) => pageOf(list().map(view), query) },
    {
      method: 'GET',
      path: `${path}/:id`,
      handle: ({ ids: [id] }) => ({ status: 200, body: view(find(id)) }),
    },
    {
      method: 'POST',
      path,
      handle({ body }) {
        requireName(kind, body['name'])
        const thing = kind.make(body)
        list().push(thing)
        return { status: 201, body: view(thing) }
      },
    },
    {
      method: 'PATCH',
      path: `${path}/:id`,
      handle({ ids: [id], body: { name, description } }) {
        const thing = find(id)
        if (typeof description === 'string') thing.description = description
        if (name === undefined || name === thing.name) return { status: 200, body: view(thing) }
        requireName(kind, name)
        const from = thing.name
        thing.name = name
        kind.renamed?.(from, name)
        return { status: 200, body: view(thing) }
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:id`,
      handle({ ids: [id] }) {
        const thing = find(id)
        list().splice(list().indexOf(thing), 1)
        kind.removed?.(thing)
        return { status: 204 }
      },
    },
  ]
}

export function findNamed<T extends Named>({ list, idOf }: NamedKind<T>, id: unknown): T {
  const thing = list().find((candidate) => idOf(candidate) === id)
  if (thing === undefined) throw notFound()
  return thing
}

function requireName<T extends Named>(
  { list, isUnique }: NamedKind<T>,
  name: unknown,
): asserts name is string {
  if (typeof name !== 'string' || name === '') throw badInput('Error in request body: name.')
  if (isUnique && list().some((thing) => thing.name === name))
    throw new Refusal(422, 'entity.unique_integrity_violation', 'The name is already in use.')
}

/** The ids in a member of a body, of which there must be one at least. */
export function idsIn(body: Readonly<Record<string, unknown>>, member: string): string[] {
  const ids = body[member]
  const isList = Array.isArray(ids) && ids.every((id) => typeof id === 'string')
  if (!isList) throw badInput(`Error in request body: ${member}.`)
  return [...new Set(ids)]
}
