import * as v from 'valibot'
import { byShape, isMap } from './form.ts'
import { suggest } from './suggest.ts'

type Schema = v.GenericSchema

/** Looks at several keys of a map together. `key`: the entry that is at fault; without it, the whole map. */
type Rule = (value: Readonly<Record<string, unknown>>) => { message: string; key?: string } | undefined

/**
 * A map with exactly these keys. Reports every unknown key with a suggestion, every required key that is missing, and what
 * the rules find: they are asked even when one of the keys has a wrong value, so that one run shows everything.
 */
export function fields<const T extends v.ObjectEntries>(entries: T, ...rules: Rule[]) {
  const known = Object.keys(entries)
  const mends = new Map(known.flatMap((name) => mendOf(name, entries[name])))
  const map = v.pipe(
    v.looseObject(entries),
    v.metadata({ additionalProperties: false, required: [...mends.keys()] }),
    v.rawCheck(({ dataset, addIssue }) => {
      const value: unknown = dataset.value
      if (!isMap(value)) return
      const meant = { ...value }
      for (const name of Object.keys(value)) {
        if (known.includes(name)) continue
        const near = suggest(name, known)
        addIssue({ message: unknownKey(name, known, near), path: [keyItem(value, name)] })
        meant[near ?? name] ??= value[name]
      }
      // What a merge key would have brought is not known: it has an issue of its own.
      if ('<<' in value) return
      for (const [name, mend] of mends)
        if (!(name in meant)) addIssue({ message: `${name} is missing: ${mend}` })
      for (const rule of rules) {
        const fault = rule(meant)
        if (fault?.key !== undefined) addIssue({ message: fault.message, path: [keyItem(value, fault.key)] })
        else if (fault !== undefined) addIssue({ message: fault.message })
      }
    }),
  )
  return byShape({ map })
}

/** An optional key: what an editor says about it, and what holds where the file says nothing. */
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

/** A key that must be there; `mend` says what to write. Its value is undefined only where an issue says why. */
export function needed<const T extends Schema>(schema: T, description: string, mend: string) {
  return { ...key(schema, description), mend }
}

function mendOf(name: string, entry: unknown): [string, string][] {
  return isMap(entry) && typeof entry['mend'] === 'string' ? [[name, entry['mend']]] : []
}

/** A map whose keys the operator chooses. */
export function named<const T extends Schema>(value: T) {
  return byShape({ map: v.record(v.string(), value) })
}

/** Keys that come with features which this version does not have. */
const later = ['chatgpt', 'logto', 'revocation']

export function unknownKey(name: string, known: readonly string[], near = suggest(name, known)): string {
  if (near !== undefined) return `unknown key, did you mean "${near}"?`
  if (later.includes(name)) return 'this version does not have what this key is for: take it out'
  return `unknown key; known here: ${known.join(', ')}`
}

function keyItem(input: Record<string, unknown>, name: string): v.ObjectPathItem {
  return { type: 'object', origin: 'key', input, key: name, value: input[name] }
}
