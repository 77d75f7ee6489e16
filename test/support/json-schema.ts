type Schema = Readonly<Record<string, unknown>>
type Check = (value: unknown, expected: unknown, schema: Schema, root: Schema) => boolean

/** Those that say something, as in draft 7. A keyword that stands neither here nor among the annotations is an error. */
const keywords: Readonly<Record<string, Check>> = {
  $ref: (value, pointer, _, root) => isValid(value, find(root, String(pointer)), root),
  type: (value, types) => [types].flat().some((type) => hasType(value, String(type))),
  const: (value, only) => value === only,
  enum: (value, words) => (words as unknown[]).includes(value),
  anyOf: (value, shapes, _, root) => (shapes as Schema[]).some((shape) => isValid(value, shape, root)),
  pattern: (value, form) => typeof value !== 'string' || new RegExp(String(form), 'u').test(value),
  minLength: (value, least) => typeof value !== 'string' || [...value].length >= Number(least),
  minimum: (value, least) => typeof value !== 'number' || value >= Number(least),
  minItems: (value, least) => !Array.isArray(value) || value.length >= Number(least),
  items: (value, shape, _, root) =>
    !Array.isArray(value) || value.every((item) => isValid(item, shape as Schema, root)),
  required: (value, names) => !isMap(value) || (names as string[]).every((name) => name in value),
  properties: (value, shapes, _, root) =>
    !isMap(value) ||
    Object.entries(shapes as Record<string, Schema>).every(
      ([name, shape]) => !(name in value) || isValid(value[name], shape, root),
    ),
  additionalProperties: (value, shape, schema, root) =>
    !isMap(value) ||
    Object.keys(value)
      .filter((name) => !(name in ((schema['properties'] as object | undefined) ?? {})))
      .every((name) => shape !== false && isValid(value[name], shape as Schema, root)),
  propertyNames: (value, shape, _, root) =>
    !isMap(value) || Object.keys(value).every((name) => isValid(name, shape as Schema, root)),
}
const annotations = ['$schema', '$defs', 'title', 'description', 'default']

/** Whether a value is what a JSON Schema describes. Knows the keywords of `gateway.schema.json` only, and throws on others. */
export function isValid(value: unknown, schema: Schema, root: Schema = schema): boolean {
  return Object.entries(schema).every(([keyword, expected]) => {
    if (annotations.includes(keyword)) return true
    const check = keywords[keyword]
    if (check === undefined) throw new Error(`unknown keyword ${keyword}`)
    return check(value, expected, schema, root)
  })
}

export function find(root: Schema, pointer: string): Schema {
  return pointer
    .split('/')
    .slice(1)
    .reduce<Schema>((schema, name) => schema[name] as Schema, root)
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'array') return Array.isArray(value)
  return type === 'object' ? isMap(value) : typeof value === type
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
