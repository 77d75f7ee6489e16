import type { Place, Problem } from '../place.ts'

/** Collects what was changed in a document so that ChatGPT can read it, each change with its place. */
export type Repairs = {
  /** A change that somebody should know of by itself. */
  tell(place: Place, message: string): void
  /** A change of a kind that a document has many of: all of them are told together. */
  count(kind: RepairKind, place: Place): void
  all(): readonly Problem[]
}

/** The message says how many there are. */
const kinds = {
  nullable: (count: string) => `nullable is of OpenAPI 3.0 (${count}): null is a type of its own now`,
  properties: (count: string) => `an object without properties (${count}): properties: {} is added`,
  missing: (count: string) =>
    `a reference that leads nowhere (${count}): anything is allowed there; see scopegate init for each of them`,
  invalid: (count: string) => `this is no valid OpenAPI (${count}): it is left out`,
  unreadable: (count: string) => `an operation that cannot be read (${count}): it is not published`,
  twice: (count: string) => `this key stands twice (${count}): the first one counts`,
} as const satisfies Record<string, (count: string) => string>

export type RepairKind = keyof typeof kinds

export function createRepairs(): Repairs {
  const told: Problem[] = []
  const counted = new Map<RepairKind, { readonly place: Place; count: number }>()
  const seen = new Set<string>()
  return {
    tell(place, message) {
      told.push({ place, message })
    },
    count(kind, place) {
      // A part that several operations refer to is one.
      const id = `${kind} ${place.file}:${place.line}:${place.column}`
      if (seen.has(id)) return
      seen.add(id)
      const known = counted.get(kind)
      if (known === undefined) counted.set(kind, { place, count: 1 })
      else known.count += 1
    },
    all: () => [
      ...told,
      ...[...counted].map(([kind, { place, count }]) => ({ place, message: kinds[kind](places(count)) })),
    ],
  }
}

function places(count: number): string {
  return count === 1 ? 'here' : `${count} places, the first here`
}
