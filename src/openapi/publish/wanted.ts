import { type Operation, operationName } from '../operation.ts'
import type { Unpublished } from './candidates.ts'

/** A fault at a key of the file below `chatgpt`. */
export type KeyFault = {
  readonly at: readonly (string | number)[]
  readonly message: string
  /** A name that nothing has, and those that there are. */
  readonly unknown?: { readonly name: string; readonly known: readonly string[] }
}

/** The operations of the document that the file names, by the id that they have there or are published by. */
export type Wanted = {
  readonly operations: readonly Operation[]
  /** Index in `operations.only`; undefined for an operation that is not named. */
  indexOf(operation: Operation): number | undefined
  readonly faults: readonly KeyFault[]
}

type Ids = ReadonlyMap<Operation, string>

/** Without `only` all of them. */
export function wantedOperations(ids: Ids, only: readonly string[] | undefined): Wanted {
  const all = [...ids.keys()]
  if (only === undefined) return { operations: all, indexOf: () => undefined, faults: [] }
  const index = new Map<Operation, number>()
  const faults: KeyFault[] = []
  for (const [i, name] of only.entries()) {
    const found = named(name, ids)
    const fault = nameFault(name, found, ids)
    if (fault !== undefined) faults.push({ at: ['operations', 'only', i], ...fault })
    for (const operation of found) if (!index.has(operation)) index.set(operation, i)
  }
  return { operations: all.filter((each) => index.has(each)), indexOf: (each) => index.get(each), faults }
}

function named(name: string, ids: Ids): readonly Operation[] {
  const published = [...ids].filter(([, id]) => id === name).map(([operation]) => operation)
  return published.length > 0 ? published : [...ids.keys()].filter(({ id }) => id === name)
}

function nameFault(name: string, found: readonly Operation[], ids: Ids): Omit<KeyFault, 'at'> | undefined {
  if (found.length === 1) return undefined
  if (found.length === 0)
    return {
      message: 'no operation of the document has this id',
      unknown: { name, known: [...ids.values()] },
    }
  const published = found.map((operation) => ids.get(operation)).join(', ')
  return { message: `${found.length} operations of the document have this id: name them as ${published}` }
}

/** Whether ChatGPT asks its user each time, as the file says. */
export type Consequences = {
  of(operation: Operation): boolean | undefined
  readonly faults: readonly KeyFault[]
}

export function consequencesOf(ids: Ids, said: Readonly<Record<string, boolean>>): Consequences {
  const known = new Map<Operation, boolean>()
  const faults: KeyFault[] = []
  for (const [name, isConsequential] of Object.entries(said)) {
    const found = named(name, ids)
    const fault = nameFault(name, found, ids)
    if (fault !== undefined) faults.push({ at: ['operations', 'consequential', name], ...fault })
    for (const operation of found) known.set(operation, isConsequential)
  }
  return { of: (operation) => known.get(operation), faults }
}

/** An operation that the file names must be published. */
export function unpublishedFaults(unpublished: readonly Unpublished[], wanted: Wanted): KeyFault[] {
  return unpublished.flatMap(({ operation, why }) => {
    const index = wanted.indexOf(operation)
    if (index === undefined) return []
    const message = `${operationName(operation)} cannot be published: ${why}`
    return [{ at: ['operations', 'only', index], message }]
  })
}
