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
  nullable: (where: string) => `nullable is of OpenAPI 3.0${where}: null is a type of its own now`,
  properties: (where: string) => `an object without properties${where}: properties: {} is added`,
  missing: (where: string) => `a reference that leads nowhere${where}: anything is allowed there`,
  invalid: (where: string) => `this is no valid OpenAPI${where}: it is left out`,
  unreadable: (where: string) => `an operation that cannot be read${where}: it is not published`,
  twice: (where: string) => `this key stands twice${where}: the first one counts`,
} as const satisfies Record<string, (where: string) => string>

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
  return count === 1 ? '' : ` (in ${count} places, the first one here)`
}
