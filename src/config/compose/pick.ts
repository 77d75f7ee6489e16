/** A copy with the keys of `like` alone. */
export function pick<T extends object, K extends keyof T>(
  entries: T,
  like: Readonly<Record<K, unknown>>,
): Pick<T, K> {
  const kept = Object.entries(entries).filter(([key]) => Object.hasOwn(like, key))
  return Object.fromEntries(kept) as Pick<T, K> // Nothing else is left.
}
