import { Ajv, type ValidateFunction } from 'ajv'

type Schema = Readonly<Record<string, unknown>>

const compiled = new WeakMap<Schema, ValidateFunction>()

/**
 * Whether a value is what a JSON Schema describes. Throws for a schema that a strict validator refuses: with
 * a keyword that nobody knows or that does not fit its type, or a required property that is not described.
 */
export function isValid(value: unknown, schema: Schema): boolean {
  const strict = { strict: true, strictTypes: true, strictTuples: true, strictRequired: true } as const
  const validate = compiled.get(schema) ?? new Ajv(strict).compile(schema)
  compiled.set(schema, validate)
  return validate(value)
}

export function find(root: Schema, pointer: string): Schema {
  return pointer
    .split('/')
    .slice(1)
    .reduce<Schema>((schema, name) => schema[name] as Schema, root)
}
