import * as v from 'valibot'
import { isJsonObject } from '../../issuer/json-object.ts'

/** The schemas of a value that can be written in more than one form. */
export type Forms = {
  readonly text?: v.GenericSchema
  readonly list?: v.GenericSchema
  readonly map?: v.GenericSchema
}

const words = {
  text: 'a text',
  list: 'a list, such as [one, two]',
  map: 'a map: keys, each with a colon and its value',
}

type AnyForm<T extends Forms> = Extract<T[keyof T], v.GenericSchema>
export type ByForm<T extends Forms> = v.LazySchema<AnyForm<T>> & { readonly forms: T }

/**
 * Chooses the schema by the form in which the value is written, so that a mistake is reported in the words of
 * the form that was meant: a union would collapse all of them into one message. `forms` stays visible for the
 * JSON Schema.
 */
export function byForm<const T extends Forms>(forms: T, hint = ''): ByForm<T> {
  const names = (['text', 'list', 'map'] as const).filter((name) => forms[name] !== undefined)
  const wrong = v.never(`expected ${names.map((name) => words[name]).join(', or ')}${hint}`)
  // The chosen schema is one of the forms, or it takes nothing and so adds no output to the type.
  const schema = v.lazy((value) => (forms[formOf(value)] ?? wrong) as AnyForm<T>)
  return { ...schema, forms }
}

export function formOf(value: unknown): keyof Forms {
  if (Array.isArray(value)) return 'list'
  return isJsonObject(value) ? 'map' : 'text'
}
