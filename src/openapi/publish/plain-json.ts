import { isMembers } from '../members.ts'
import { type Conversion, deepest, type Json, TooMuch } from './conversion.ts'

/** A value that is data, such as an example: references in it are not followed. */
export function plainJson(value: unknown, conversion: Pick<Conversion, 'count'>, depth = 0): Json {
  conversion.count()
  if (depth > deepest) throw new TooMuch(`nested more than ${deepest} levels deep: take a part of it`)
  if (typeof value === 'string') return wellFormed(value)
  if (typeof value === 'boolean') return value
  // YAML knows numbers that JSON does not.
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (Array.isArray(value)) return value.map((item) => plainJson(item, conversion, depth + 1))
  if (!isMembers(value)) return null
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      wellFormed(name),
      plainJson(member, conversion, depth + 1),
    ]),
  )
}

/**
 * An example. One that holds a schema or a reference is left out: readers of the document would take it for a
 * part of that.
 */
export function exampleJson(value: unknown, conversion: Pick<Conversion, 'count'>): Json | undefined {
  return holdsSchemaKey(value, 0) ? undefined : plainJson(value, conversion)
}

const schemaKeys = ['$id', '$ref', '$anchor', '$dynamicRef', '$dynamicAnchor', '$schema']

function holdsSchemaKey(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > deepest) return false
  if (!Array.isArray(value) && schemaKeys.some((key) => Object.hasOwn(value, key))) return true
  return Object.values(value).some((member) => holdsSchemaKey(member, depth + 1))
}

/** Half of a surrogate pair has no UTF-8. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}

/** Undefined for everything but a text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? wellFormed(value) : undefined
}
