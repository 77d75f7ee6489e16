import * as v from 'valibot'
import { isJsonObject } from '../../issuer/json-object.ts'
import { foreignKey } from './foreign-keys.ts'
import { byForm } from './form.ts'
import { suggest } from './suggest.ts'

type Schema = v.GenericSchema
type Entries = Readonly<Record<string, unknown>>

/** Looks at several keys of a map together. At fault is the entry `key`, or without it the whole map. */
type Rule = (value: Entries) => { message: string; key?: string } | undefined

/** A decoded map has the keys of its schema and no other: an unknown key is an issue. */
type FieldsSchema<T extends v.ObjectEntries> = v.GenericSchema<
  v.InferInput<v.ObjectSchema<T, undefined>>,
  v.InferOutput<v.ObjectSchema<T, undefined>>
>

/**
 * A map with exactly these keys. Reports every unknown key with a suggestion, every required key that is
 * missing, and the findings of the rules, which are asked even when a key has a wrong value: one run shows
 * everything.
 */
export function fields<const T extends v.ObjectEntries>(entries: T, ...rules: Rule[]) {
  const known = Object.keys(entries)
  const mends = known.flatMap((name) => mendOf(name, entries[name]))
  const map = v.pipe(
    v.looseObject(entries),
    v.metadata({ additionalProperties: false, required: mends.map(([name]) => name) }),
    v.rawCheck(({ dataset, addIssue }) => {
      const value: unknown = dataset.value
      if (!isJsonObject(value)) return
      for (const { message, key } of mapFaults(value, known, mends, rules))
        addIssue(key === undefined ? { message } : { message, path: [keyItem(value, key)] })
    }),
  )
  return byForm({ map: map as FieldsSchema<T> }, `; known here: ${known.join(', ')}`)
}

type Fault = ReturnType<Rule> & object

function mapFaults(
  value: Entries,
  known: readonly string[],
  mends: readonly (readonly [string, string])[],
  rules: readonly Rule[],
): Fault[] {
  const unknown = Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((key) => ({ key, near: suggest(key, known) }))
  const faults: Fault[] = unknown.map(({ key, near }) => ({ key, message: unknownKey(key, known, near) }))
  // A merge key has an issue of its own, and nobody knows which keys it would have brought.
  if ('<<' in value) return faults
  // A misspelt key counts as the one that was meant, so that this one is not said to be missing, too.
  const meant: Record<string, unknown> = { ...value }
  for (const { key, near } of unknown) meant[near ?? key] ??= value[key]
  for (const [name, mend] of mends)
    if (!(name in meant)) faults.push({ message: `${name} is missing: ${mend}` })
  return [...faults, ...rules.flatMap((rule) => rule(meant) ?? [])]
}

/** An optional key: what an editor says about it, and the value that holds where the file has none. */
export function key<const T extends Schema>(schema: T, description: string): v.OptionalSchema<T, undefined>
export function key<const T extends Schema, const D extends v.InferInput<T>>(
  schema: T,
  description: string,
  byDefault: D,
): v.OptionalSchema<T, D>
export function key(schema: Schema, description: string, byDefault?: unknown): object {
  // Not in a pipe: there the JSON Schema would lose it behind the first transformation.
  return { ...v.optional(schema, byDefault), about: description }
}

/**
 * A key that must be there; `mend` says what to write. Its value is undefined only when an issue says why.
 */
export function needed<const T extends Schema>(schema: T, description: string, mend: string) {
  return { ...key(schema, description), mend }
}

function mendOf(name: string, entry: unknown): [string, string][] {
  return isJsonObject(entry) && typeof entry['mend'] === 'string' ? [[name, entry['mend']]] : []
}

/** A map whose keys the operator chooses. */
export function named<const T extends Schema>(value: T) {
  return byForm({ map: v.record(v.string(), value) })
}

export function unknownKey(name: string, known: readonly string[], near = suggest(name, known)): string {
  if (near !== undefined) return `unknown key, did you mean "${near}"?`
  return foreignKey(name) ?? `unknown key; known here: ${known.join(', ')}`
}

function keyItem(input: Record<string, unknown>, name: string): v.ObjectPathItem {
  return { type: 'object', origin: 'key', input, key: name, value: input[name] }
}
