import { isMembers, type Members } from '../members.ts'
import type { Operation } from '../operation.ts'
import type { Place } from '../place.ts'
import { type Conversion, type Json, type JsonObject, jsonObject } from './conversion.ts'
import { kindOfSchema } from './kind-of-schema.ts'
import { isJson, mediaTypesOf } from './media-types.ts'
import type { WrittenParameter } from './parameters.ts'
import { textOf } from './plain-json.ts'
import { mediaTypeNames, swaggerBody } from './swagger-body.ts'

export type RequestBody = {
  readonly body: JsonObject | undefined
  /** Where it is JSON, and no object: ChatGPT does without such an operation. */
  readonly fault: Place | undefined
  /** The components that are JSON bodies, which must say that they are objects. */
  readonly objects: readonly string[]
}

const noBody: RequestBody = { body: undefined, fault: undefined, objects: [] }

/** The request body of an operation; `written` are its parameters. */
export function requestBodyOf(
  { value: operation = {} }: Operation,
  written: readonly WrittenParameter[],
  conversion: Conversion,
): RequestBody {
  const { document } = conversion
  const schemas = jsonSchemas(operation, written, conversion)
  const fault = schemas.find(({ value }) => kindOfSchema(value, document) !== 'object')?.place
  if (document.version === '2.0') return withObjects(swaggerBody(written, operation, conversion), fault)
  const value = document.follow(operation['requestBody'])
  if (!isMembers(value)) return noBody
  const body = jsonObject([
    ['description', textOf(value['description'])],
    ['content', mediaTypesOf(value, conversion)],
    ['required', value['required'] === true ? true : undefined],
  ])
  return withObjects(body, fault)
}

type WrittenSchema = { readonly value: unknown; readonly place: Place }

/** Those of bodies in JSON, as they are written. */
function jsonSchemas(
  operation: Members,
  written: readonly WrittenParameter[],
  conversion: Conversion,
): WrittenSchema[] {
  const { document } = conversion
  if (document.version === '2.0') {
    const types = mediaTypeNames('consumes', operation, conversion)
    const bodies = types.some(isJson) ? written.filter((parameter) => parameter.in === 'body') : []
    return bodies.map(({ value, place }) => schemaIn(value, place, conversion))
  }
  const body = document.follow(operation['requestBody'])
  const content = isMembers(body) ? document.follow(body['content']) : undefined
  if (!isMembers(content)) return []
  return Object.keys(content)
    .filter(isJson)
    .map((type) => schemaIn(document.follow(content[type]), document.placeOf(content, type), conversion))
}

function schemaIn(holder: unknown, place: Place, { document }: Conversion): WrittenSchema {
  if (!isMembers(holder) || holder['schema'] === undefined) return { value: undefined, place }
  return { value: holder['schema'], place: document.placeOf(holder, 'schema') }
}

/** ChatGPT looks for the type itself, even where every alternative is an object. */
function withObjects(body: JsonObject | undefined, fault: Place | undefined): RequestBody {
  const content = body?.['content']
  if (body === undefined || fault !== undefined || !isObject(content)) return { ...noBody, body, fault }
  const objects = new Set<string>()
  const marked = Object.entries(content).map(([type, media]): [string, Json] => {
    const schema = isObject(media) ? media['schema'] : undefined
    if (!isJson(type) || !isObject(media) || !isObject(schema)) return [type, media]
    const reference = schema['$ref']
    if (typeof reference === 'string') objects.add(reference.replace('#/components/schemas/', ''))
    return [type, typeof reference === 'string' ? media : { ...media, schema: asObject(schema) }]
  })
  return { body: { ...body, content: jsonObject(marked) }, fault, objects: [...objects] }
}

/** With the two members that ChatGPT looks for. */
export function asObject(schema: JsonObject): JsonObject {
  return { type: 'object', properties: {}, ...schema }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
