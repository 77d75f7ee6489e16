import * as v from 'valibot'

/** The schemas of a value that can be written in more than one way. */
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
export type ByShape<T extends Forms> = v.LazySchema<AnyForm<T>> & { readonly forms: T }

/**
 * Chosen by the shape of the value, so that a mistake is reported in the words of the form that was meant: a union would
 * collapse all of them into one message. `forms` stays visible for the JSON Schema.
 */
export function byShape<const T extends Forms>(forms: T): ByShape<T> {
  const names = (['text', 'list', 'map'] as const).filter((name) => forms[name] !== undefined)
  const wrong = v.never(`expected ${names.map((name) => words[name]).join(', or ')}`)
  // What is chosen is one of the forms, or takes nothing and so adds no output to the type.
  const schema = v.lazy((value) => (forms[shapeOf(value)] ?? wrong) as AnyForm<T>)
  return { ...schema, forms }
}

export function shapeOf(value: unknown): keyof Forms {
  if (Array.isArray(value)) return 'list'
  return isMap(value) ? 'map' : 'text'
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
