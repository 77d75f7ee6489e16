import { type Part, wholeSizes } from './sizes.ts'

/** Operations that the GPT editor takes. */
export const mostPublished = 30
/** Of the document, in bytes: the GPT editor refuses a larger one. */
export const mostBytes = 1_000_000
/** Operations that are named in one message. */
const mostNamed = 100
const mostLargest = 10

export type Sized = { readonly id: string; readonly part: Part }

type Components = ReadonlyMap<string, Part>

/** Says which operations there are, so that some can be chosen. */
export function tooManyOperations(operations: readonly Sized[], components: Components): string {
  const listed = sized(operations, components).slice(0, mostNamed)
  const more = operations.length > mostNamed ? `, and ${operations.length - mostNamed} more` : ''
  return (
    `${operations.length} operations would be published, and ChatGPT takes ${mostPublished}: name those that ` +
    `it needs in operations.only; with all that they refer to, they are ${textOf(listed)}${more}`
  )
}

/** Says which operations are the largest ones. */
export function tooManyBytes(bytes: number, operations: readonly Sized[], components: Components): string {
  const ranked = sized(operations, components).toSorted((a, b) => b.bytes - a.bytes)
  return (
    `the published document would have ${bytes} bytes, and ChatGPT reads ${mostBytes}: name fewer operations ` +
    `in operations.only; with all that they refer to, the largest are ${textOf(ranked.slice(0, mostLargest))}`
  )
}

function sized(operations: readonly Sized[], components: Components) {
  const sizes = wholeSizes(
    operations.map(({ part }) => part),
    components,
  )
  return operations.map(({ id }, i) => ({ id, bytes: sizes[i] ?? 0 }))
}

function textOf(operations: readonly { readonly id: string; readonly bytes: number }[]): string {
  return operations.map(({ id, bytes }) => `${id} (${(bytes / 1000).toFixed(1)} kB)`).join(', ')
}
