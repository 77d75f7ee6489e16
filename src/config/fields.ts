import * as v from 'valibot'
import { suggest } from './suggest.ts'

/** A map with exactly these keys. Reports every unknown key, not only the first, each with a suggestion. */
export function fields<const T extends v.ObjectEntries>(entries: T) {
  const known = Object.keys(entries)
  return v.pipe(
    v.looseObject(entries, 'expected a map'),
    v.rawCheck(({ dataset, addIssue }) => {
      const value: unknown = dataset.value
      if (typeof value !== 'object' || value === null) return
      for (const name of Object.keys(value)) {
        if (!known.includes(name))
          addIssue({ message: unknownKey(name, known), path: [pathItem(value, name)] })
      }
    }),
  )
}

/** A map whose keys the operator chooses; it must not be empty. */
export function named<T extends v.GenericSchema>(value: T) {
  return v.record(v.string(), value, 'expected a map')
}

export function unknownKey(name: string, known: readonly string[]): string {
  const near = suggest(name, known)
  return near === undefined
    ? `unknown key; known here: ${known.join(', ')}`
    : `unknown key, did you mean "${near}"?`
}

function pathItem(input: object, name: string): v.UnknownPathItem {
  return { type: 'unknown', origin: 'value', input, key: name, value: undefined }
}

export const text = v.pipe(v.string('expected a text'), v.nonEmpty('an empty text is never a value here'))
export const flag = v.boolean('expected true or false')
export const texts = v.pipe(
  v.array(text, 'expected a list'),
  v.nonEmpty('an empty list is never a value here'),
)
