/** How much a memo may keep. */
export type MemoLimits = {
  /**
   * Most values that are kept. One more, and all are forgotten: keys that nobody repeats push the others out
   * for a moment, but never switch the memo off.
   *
   * Default: 1000
   */
  readonly most?: number
  /**
   * Longest key that is kept, in UTF-16 code units. The value of a longer one is computed each time.
   *
   * Default: 64
   */
  readonly longestKey?: number
}

/**
 * A function of a text that remembers its values, in bounded memory whatever the keys are: a client may
 * choose them. `compute` must be pure, and undefined is no value, since it would not be remembered: null says
 * "none".
 */
export function memo<T extends NonNullable<unknown> | null, K extends string = string>(
  compute: (key: K) => T,
  { most = 1000, longestKey = 64 }: MemoLimits = {},
): (key: K) => T {
  const known = new Map<K, T>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    const value = compute(key)
    if (key.length > longestKey) return value
    if (known.size >= most) known.clear()
    known.set(key, value)
    return value
  }
}

/** The same for objects, compared by identity: a value lives as long as its object does. */
export function memoByObject<T extends NonNullable<unknown> | null, O extends object>(
  compute: (object: O) => T,
): (object: O) => T {
  const known = new WeakMap<O, T>()
  return (object) => {
    const found = known.get(object)
    if (found !== undefined) return found
    const value = compute(object)
    known.set(object, value)
    return value
  }
}
