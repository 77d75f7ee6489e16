import type { Members } from '../members.ts'
import type { Place } from '../place.ts'
import { type Conversion, type Json, type JsonObject, jsonObject } from './conversion.ts'
import { schemaOf } from './schema.ts'

/** The style and the schema of a parameter of Swagger 2.0, which is its own schema. */
export function swaggerParameter(
  value: Members,
  isIn: string,
  place: Place,
  conversion: Conversion,
): JsonObject {
  const schema = swaggerSchema(value, place, conversion)
  return jsonObject([...listForm(value, isIn), ['schema', schema]])
}

/** Without the description, which is the parameter's. */
export function swaggerSchema(value: Members, place: Place, conversion: Conversion): JsonObject {
  const schema = schemaOf(value, place, conversion)
  return isObject(schema) ? jsonObject(Object.entries(schema).filter(([key]) => key !== 'description')) : {}
}

/** A schema is never a list. */
function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null
}

/** How a list is written in a query: with commas, unless it says otherwise. Elsewhere commas are all. */
function listForm({ type, collectionFormat }: Members, isIn: string): [string, Json][] {
  if (type !== 'array' || isIn !== 'query') return []
  const style = listStyles.get(collectionFormat) ?? 'form'
  return [
    ['style', style],
    ['explode', collectionFormat === 'multi'],
  ]
}

const listStyles: ReadonlyMap<unknown, string> = new Map([
  ['ssv', 'spaceDelimited'],
  ['pipes', 'pipeDelimited'],
])
