import { isMembers, type Members } from '../members.ts'
import type { Place } from '../place.ts'
import { type Conversion, deepest, type Json, type JsonObject, jsonObject, TooMuch } from './conversion.ts'
import { exampleJson, plainJson, textOf, wellFormed } from './plain-json.ts'
import { isPattern, type KeywordKind, keywordKinds, otherKeywords, typeNames } from './schema-keywords.ts'

/**
 * A schema of Swagger 2.0, OpenAPI 3.0 or 3.1 in JSON Schema 2020-12, as OpenAPI 3.1 has it. `place` is where
 * it is written.
 */
export function schemaOf(value: unknown, place: Place, conversion: Conversion, depth = 0): Json {
  conversion.count()
  if (depth > deepest)
    throw new TooMuch(`a schema is nested more than ${deepest} levels deep: take a part of it`)
  if (typeof value === 'boolean') return value
  if (!isMembers(value)) {
    conversion.repairs.count('invalid', place)
    return {}
  }
  const reader = { schema: value, place, conversion, depth }
  return typeof value['$ref'] === 'string' ? referenceOf(value['$ref'], reader) : keywordsOf(reader)
}

type Reader = {
  readonly schema: Members
  readonly place: Place
  readonly conversion: Conversion
  readonly depth: number
}

/** Before 3.1 whatever stands beside a reference does not count. */
function referenceOf(reference: string, reader: Reader): Json {
  const { schema, conversion, place } = reader
  const { document, repairs, schemas } = conversion
  const end = document.follow(schema)
  const target = document.version === '3.1' ? nextOf(reference, schema, conversion) : end
  if (end === undefined || (!isMembers(target) && typeof target !== 'boolean')) {
    repairs.count('missing', place)
    return {}
  }
  const $ref = `#/components/schemas/${schemas.nameOf(target, reference)}`
  if (document.version === '3.1') return { $ref, ...keywordsOf(reader) }
  const description = textOf(schema['description'])
  return jsonObject([
    ['$ref', $ref],
    ['description', description],
  ])
}

/** The end of the way, save where something counts that stands beside a reference. */
function nextOf(reference: string, schema: Members, { document }: Conversion): unknown {
  const next = document.find(reference, schema)
  const isPlain = isMembers(next) && Object.keys(next).every((key) => key === '$ref')
  return isPlain ? document.follow(next) : next
}

function keywordsOf(reader: Reader): JsonObject {
  const { schema, conversion } = reader
  const written = Object.keys(schema).flatMap((key) => keyword(key, reader))
  const plain = withExtras(Object.fromEntries(written), reader)
  const isNullable = schema['nullable'] === true || schema['x-nullable'] === true
  if (!isNullable) return plain
  conversion.repairs.count('nullable', placeIn(reader, 'nullable'))
  return nullable(plain)
}

function placeIn({ schema, conversion: { document } }: Reader, key: string): Place {
  return document.placeOf(schema, key)
}

function keyword(key: string, reader: Reader): [string, Json][] {
  const { schema, conversion } = reader
  const { document, repairs } = conversion
  if (document.isTwice(schema, key)) repairs.count('twice', placeIn(reader, key))
  const kind = keywordKinds.get(key)
  // A default of nothing is a value; so is any other.
  if (kind === undefined || (schema[key] === null && kind !== 'any')) return unknownKeyword(key, kind, reader)
  if (key === 'items' && Array.isArray(schema[key])) return keywordAs('prefixItems', key, 'schemas', reader)
  // An exclusive bound of before is a mark, and whether a parameter must be there is none of its schema.
  if ((kind === 'number' || kind === 'names') && typeof schema[key] === 'boolean') return []
  return keywordAs(key, key, kind, reader)
}

function unknownKeyword(key: string, kind: KeywordKind | undefined, reader: Reader): [string, Json][] {
  const isKnown = otherKeywords.has(key) || key.startsWith('x-')
  if (kind !== undefined || !isKnown) reader.conversion.repairs.count('invalid', placeIn(reader, key))
  return []
}

function keywordAs(name: string, key: string, kind: KeywordKind, reader: Reader): [string, Json][] {
  const read = readers[kind](reader.schema[key], reader, key)
  if (read !== undefined) return [[name, read]]
  reader.conversion.repairs.count('invalid', placeIn(reader, key))
  return []
}

type ReadKeyword = (value: unknown, reader: Reader, key: string) => Json | undefined

const readers: Readonly<Record<KeywordKind, ReadKeyword>> = {
  schema: (value, reader, key) => inner(value, placeIn(reader, key), reader),
  schemas(value, reader) {
    if (!Array.isArray(value) || value.length === 0) return undefined
    const { document } = reader.conversion
    return value.map((item, index) => inner(item, document.placeOf(value, index), reader))
  },
  'named schemas'(value, reader, key) {
    if (!isMembers(value)) return undefined
    const { document } = reader.conversion
    const names = Object.keys(value).filter((name) => key !== 'patternProperties' || isPattern(name))
    return jsonObject(
      names.map((name) => [wellFormed(name), inner(value[name], document.placeOf(value, name), reader)]),
    )
  },
  names: (value) => namesOf(value),
  'named names'(value) {
    if (!isMembers(value)) return undefined
    return jsonObject(Object.entries(value).map(([name, names]) => [wellFormed(name), namesOf(names)]))
  },
  number: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  positive: (value) => (typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : undefined),
  size: (value) => (Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined),
  flag: (value) => (typeof value === 'boolean' ? value : undefined),
  text: textOf,
  pattern: (value) => (isPattern(value) ? wellFormed(value) : undefined),
  any: (value, { conversion }) => plainJson(value, conversion),
  list: (value, { conversion }) => (Array.isArray(value) ? plainJson(value, conversion) : undefined),
}

function inner(value: unknown, place: Place, { conversion, depth }: Reader): Json {
  return schemaOf(value, place, conversion, depth + 1)
}

function namesOf(value: unknown): string[] | undefined {
  const isNames = Array.isArray(value) && value.every((name): name is string => typeof name === 'string')
  return isNames ? [...new Set(value.map(wellFormed))] : undefined
}

/** The keywords that have another form than before, or depend on each other. */
function withExtras(written: JsonObject, reader: Reader): JsonObject {
  const { schema, conversion } = reader
  const { maximum, minimum, ...rest } = written
  const isFile = schema['type'] === 'file'
  const type = isFile ? 'string' : typeOf(reader)
  const hasProperties = written['properties'] !== undefined
  const isObject = type === 'object' || (Array.isArray(type) && type.includes('object'))
  if (isObject && !hasProperties) conversion.repairs.count('properties', reader.place)
  return jsonObject([
    ['type', type ?? (hasProperties ? 'object' : undefined)],
    ...Object.entries(rest),
    ...bound('maximum', 'exclusiveMaximum', maximum, reader),
    ...bound('minimum', 'exclusiveMinimum', minimum, reader),
    ['properties', isObject && !hasProperties ? {} : written['properties']],
    ['format', isFile ? 'binary' : written['format']],
    ['examples', examplesOf(schema, conversion)],
    ['discriminator', discriminatorOf(reader)],
  ])
}

/** OpenAPI 3.0 has one. */
function examplesOf({ example, examples }: Members, conversion: Conversion): Json | undefined {
  const list = Array.isArray(examples) ? examples : example === undefined ? [] : [example]
  const read = list.map((each) => exampleJson(each, conversion)).filter((each) => each !== undefined)
  return read.length === 0 ? undefined : read
}

function typeOf(reader: Reader): Json | undefined {
  const type = reader.schema['type']
  if (type === undefined) return undefined
  const names = [...new Set(Array.isArray(type) ? type : [type])].filter((name) => typeNames.has(name))
  if (names.length === 0) reader.conversion.repairs.count('invalid', placeIn(reader, 'type'))
  return names.length > 1 ? names : names[0]
}

/** Before 3.1 the exclusive bound is a mark beside the other. */
function bound(
  name: string,
  exclusive: string,
  value: Json | undefined,
  { schema }: Reader,
): [string, Json][] {
  if (value === undefined) return []
  return [[schema[exclusive] === true ? exclusive : name, value]]
}

/** Undefined where it names no property. A mapping to nothing is left out. */
function discriminatorOf({ schema, conversion }: Reader): Json | undefined {
  const written = schema['discriminator']
  // Swagger 2.0 has the name alone.
  if (typeof written === 'string') return { propertyName: wellFormed(written) }
  const propertyName = isMembers(written) ? textOf(written['propertyName']) : undefined
  if (!isMembers(written) || propertyName === undefined) return undefined
  const mapping = isMembers(written['mapping']) ? written['mapping'] : undefined
  const targets = Object.entries(mapping ?? {}).map(([value, target]): [string, Json | undefined] => [
    wellFormed(value),
    mapping && mappedTo(target, mapping, conversion),
  ])
  return jsonObject([
    ['propertyName', propertyName],
    ['mapping', mapping && jsonObject(targets)],
  ])
}

/** A name of a component, or a reference. */
function mappedTo(target: unknown, holder: object, { document, schemas }: Conversion): string | undefined {
  if (typeof target !== 'string') return undefined
  const reference = /^[\w.-]+$/.test(target) && !/\.(?:json|ya?ml)$/.test(target)
  const text = reference ? `#/components/schemas/${target}` : target
  const schema = document.follow(document.find(text, holder))
  return isMembers(schema) ? `#/components/schemas/${schemas.nameOf(schema, text)}` : undefined
}

function nullable(schema: JsonObject): JsonObject {
  const { type, ...rest } = schema
  if (type === undefined) return Object.keys(rest).length === 0 ? {} : { anyOf: [schema, { type: 'null' }] }
  const types = Array.isArray(type) ? type : [type]
  return { type: types.includes('null') ? type : [...types, 'null'], ...rest }
}
