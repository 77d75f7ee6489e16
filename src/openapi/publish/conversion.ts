import type { OpenApiDocument } from '../document.ts'
import type { ComponentSchemas } from './component-schemas.ts'
import type { Repairs } from './repairs.ts'

/** A part of the published document. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

export type JsonObject = { readonly [name: string]: Json }

/** Everything that is needed while parts of a document are rewritten as OpenAPI 3.1. */
export type Conversion = {
  readonly document: OpenApiDocument
  readonly repairs: Repairs
  readonly schemas: ComponentSchemas
  /** Counts one part. Throws a `TooMuch` when there are more than any published document has. */
  count(): void
}

/** Thrown where a document is not worth going on with. */
export class TooMuch extends Error {}

/**
 * Parts that are written at most. Each parameter is written out where it is used, so that a small document
 * could stand for one that fills the memory.
 */
const mostParts = 2_000_000

/** Levels of parts within each other. Deeper ones would overflow the stack of whoever reads them. */
export const deepest = 200

export function createCount(): () => void {
  let parts = 0
  return () => {
    parts += 1
    if (parts > mostParts) throw new TooMuch(tooLarge)
  }
}

const tooLarge =
  'written out, the document has more than 2,000,000 parts: name the operations that ChatGPT needs in ' +
  'operations.only'

/** Members that have a value, in this order. Any name is possible, `__proto__` too. */
export function jsonObject(members: Iterable<readonly [string, Json | undefined]>): JsonObject {
  const present = [...members].filter((member): member is [string, Json] => member[1] !== undefined)
  return Object.fromEntries(present)
}
