import type { Json } from './conversion.ts'

/** A part of a document, and the components that it refers to. */
export type Part = { readonly value: Json; readonly uses: ReadonlySet<string> }

/** As it is published, in bytes of UTF-8. */
export function sizeOf(value: Json): number {
  return Buffer.byteLength(prettyJson(value))
}

export function prettyJson(value: Json): string {
  return JSON.stringify(value, null, 2)
}

/** The size of each part with everything that it refers to, which others may refer to as well. */
export function wholeSizes(parts: readonly Part[], components: ReadonlyMap<string, Part>): readonly number[] {
  const sizes = new Map([...components].map(([name, { value }]) => [name, sizeOf(value)]))
  return parts.map(({ value, uses }) => {
    const reached = new Set(uses)
    // A set is gone through to its end, also where it grows meanwhile.
    for (const name of reached) for (const more of components.get(name)?.uses ?? []) reached.add(more)
    return [...reached].reduce((sum, name) => sum + (sizes.get(name) ?? 0), sizeOf(value))
  })
}
