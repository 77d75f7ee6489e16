/** Things that outlive a reload when their options did not change: key sets, upstreams. */
export type Registry<T> = {
  /** Returns the one thing for these options, made on first use. Each call owes one `release`. */
  acquire(key: string, make: () => T): T
  release(key: string): void
  /** Everything that is in use, each with the key of its options. */
  readonly entries: readonly (readonly [key: string, value: T])[]
}

export function createRegistry<T>(close: (value: T) => void): Registry<T> {
  const entries = new Map<string, { readonly value: T; users: number }>()
  return {
    acquire(key, make) {
      const entry = entries.get(key) ?? { value: make(), users: 0 }
      entry.users += 1
      entries.set(key, entry)
      return entry.value
    },
    release(key) {
      const entry = entries.get(key)
      if (entry === undefined) return
      entry.users -= 1
      if (entry.users > 0) return
      entries.delete(key)
      close(entry.value)
    },
    get entries() {
      return [...entries].map(([key, { value }]) => [key, value] as const)
    },
  }
}
