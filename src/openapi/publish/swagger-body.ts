import type { Members } from '../members.ts'
import { type Conversion, type JsonObject, jsonObject } from './conversion.ts'
import { isMediaType } from './media-types.ts'
import type { WrittenParameter } from './parameters.ts'
import { textOf } from './plain-json.ts'
import { schemaOf } from './schema.ts'
import { swaggerSchema } from './swagger-parameter.ts'

/** `consumes` or `produces` of the operation, else of the document. Without them JSON is meant. */
export function mediaTypeNames(
  key: 'consumes' | 'produces',
  operation: Members,
  { document }: Conversion,
): readonly string[] {
  const list = document.follow(operation[key] ?? document.root[key])
  const names = Array.isArray(list) ? list.filter((name): name is string => typeof name === 'string') : []
  return names.length === 0 ? ['application/json'] : [...new Set(names)]
}

/** The request body of Swagger 2.0: one parameter is the body, or several are the parts of a form. */
export function swaggerBody(
  written: readonly WrittenParameter[],
  operation: Members,
  conversion: Conversion,
): JsonObject | undefined {
  const body = written.find((parameter) => parameter.in === 'body')
  const types = mediaTypeNames('consumes', operation, conversion).filter(isMediaType)
  if (body === undefined) return formBody(written, types, conversion)
  const { value } = body
  const schema = schemaOf(value['schema'], conversion.document.placeOf(value, 'schema'), conversion)
  return jsonObject([
    ['description', textOf(value['description'])],
    ['content', jsonObject(types.map((type) => [type, { schema }]))],
    ['required', value['required'] === true ? true : undefined],
  ])
}

/** A file comes in parts. */
function formBody(
  written: readonly WrittenParameter[],
  types: readonly string[],
  conversion: Conversion,
): JsonObject | undefined {
  const parts = written.filter((parameter) => parameter.in === 'formData')
  if (parts.length === 0) return undefined
  const hasFile = parts.some(({ value }) => value['type'] === 'file')
  const type = hasFile || types.includes(multipart) ? multipart : 'application/x-www-form-urlencoded'
  const required = parts.filter(({ value }) => value['required'] === true).map(({ name }) => name)
  const properties = parts.map(({ name, value, place }): [string, JsonObject] => {
    const schema = swaggerSchema(value, place, conversion)
    return [name, jsonObject([...Object.entries(schema), ['description', textOf(value['description'])]])]
  })
  const schema = jsonObject([
    ['type', 'object'],
    ['properties', jsonObject(properties)],
    ['required', required.length === 0 ? undefined : required],
  ])
  return jsonObject([
    ['content', { [type]: { schema } }],
    ['required', required.length === 0 ? undefined : true],
  ])
}

const multipart = 'multipart/form-data'
