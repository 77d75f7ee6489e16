import type { Position } from './position.ts'

type Key = string | number

/** The entries of every list and map in a file: their positions, and which of them could not be read. */
export type Entries = {
  /** The positions of one container, to be filled in. */
  positionsIn(container: object): Map<Key, Position>
  /** Puts a value in. `undefined` says that it could not be read, and that an issue tells why. */
  enter(container: object, key: Key, value: unknown): void
  positionOf(container: unknown, key: Key): Position | undefined
  isUnreadable(container: unknown, key: Key): boolean
}

export function createEntries(): Entries {
  const positions = new WeakMap<object, Map<Key, Position>>()
  const unreadable = new WeakMap<object, Set<Key>>()
  return {
    positionsIn(container) {
      const known = new Map<Key, Position>()
      positions.set(container, known)
      return known
    },
    enter(container, key, value) {
      // A list is indexed by numbers and a map by names: the walk keeps them apart.
      ;(container as Record<Key, unknown>)[key] = value
      if (value !== undefined) return
      const keys = unreadable.get(container) ?? new Set()
      unreadable.set(container, keys.add(key))
    },
    positionOf: (container, key) => (isContainer(container) ? positions.get(container)?.get(key) : undefined),
    isUnreadable: (container, key) => isContainer(container) && unreadable.get(container)?.has(key) === true,
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
