/** How the value of a keyword of JSON Schema 2020-12 is read. Others are left out. */
export type KeywordKind =
  | 'schema'
  | 'schemas'
  | 'named schemas'
  | 'names'
  | 'named names'
  | 'number'
  | 'positive'
  | 'size'
  | 'flag'
  | 'text'
  | 'pattern'
  | 'any'
  | 'list'

/**
 * `$id`, `$anchor` and the like are not here: they change what references mean, and everything that is
 * referred to is a component.
 */
const byKind: Readonly<Record<KeywordKind, readonly string[]>> = {
  schema: [
    ...['not', 'if', 'then', 'else', 'items', 'contains', 'additionalProperties', 'propertyNames'],
    ...['unevaluatedItems', 'unevaluatedProperties', 'contentSchema'],
  ],
  schemas: ['allOf', 'anyOf', 'oneOf', 'prefixItems'],
  'named schemas': ['properties', 'patternProperties', 'dependentSchemas'],
  names: ['required'],
  'named names': ['dependentRequired'],
  number: ['maximum', 'minimum', 'exclusiveMaximum', 'exclusiveMinimum'],
  positive: ['multipleOf'],
  size: [
    ...['maxLength', 'minLength', 'maxItems', 'minItems', 'maxContains', 'minContains'],
    ...['maxProperties', 'minProperties'],
  ],
  flag: ['uniqueItems', 'readOnly', 'writeOnly', 'deprecated'],
  text: ['title', 'description', 'format', 'contentEncoding', 'contentMediaType'],
  pattern: ['pattern'],
  any: ['default', 'const'],
  list: ['enum'],
}

/** A map, since `constructor` is a name that an object would know. */
export const keywordKinds: ReadonlyMap<string, KeywordKind> = new Map(
  Object.entries(byKind).flatMap(([kind, names]) =>
    names.map((name): [string, KeywordKind] => [name, kind as KeywordKind]),
  ), // The keys of the record are its kinds.
)

/**
 * Keywords that are read by themselves, those of the versions before, and those of no use to ChatGPT. In
 * Swagger 2.0 a parameter is its own schema.
 */
export const otherKeywords: ReadonlySet<string> = new Set([
  ...['$ref', 'type', 'nullable', 'example', 'examples', 'discriminator', 'xml', 'externalDocs'],
  ...['$id', 'id', '$schema', '$anchor', '$dynamicRef', '$dynamicAnchor', '$comment', '$defs', '$vocabulary'],
  ...['definitions', 'name', 'in', 'collectionFormat', 'allowEmptyValue'],
])

export const typeNames: ReadonlySet<unknown> = new Set([
  ...['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'],
])

/** A regular expression of ECMA-262: many documents hold those of other languages. */
export function isPattern(text: unknown): text is string {
  if (typeof text !== 'string') return false
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}
