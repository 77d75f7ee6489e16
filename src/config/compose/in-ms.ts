import type { InMs } from '../config.ts'

/** Decoded times, from here on with their unit in the name: `connect` → `connectMs`. */
export function inMs<const T extends object>(times: T): InMs<T> {
  const named = Object.entries(times).map(([name, time]) => [`${name}Ms`, time])
  return Object.fromEntries(named) as InMs<T> // The type says the same of each name.
}
