import { isMembers, type Members } from '../members.ts'
import type { Operation } from '../operation.ts'
import type { Place } from '../place.ts'
import { type Conversion, type Json, type JsonObject, jsonObject } from './conversion.ts'
import { cutText } from './cut-text.ts'
import { examplesOf, mediaTypesOf } from './media-types.ts'
import { textOf, wellFormed } from './plain-json.ts'
import type { PublishedPath } from './published-path.ts'
import { schemaOf } from './schema.ts'
import { swaggerParameter } from './swagger-parameter.ts'

/** A parameter as it is written, its reference followed. */
export type WrittenParameter = {
  readonly name: string
  readonly in: string
  readonly value: Members
  readonly place: Place
}

/** Characters of a description that ChatGPT reads. */
const longestDescription = 700

/**
 * Those of an operation and of its path, which it may replace, each once. Those of Swagger that are the body
 * are among them.
 */
export function writtenParameters(
  { value, items }: Operation,
  conversion: Pick<Conversion, 'document' | 'repairs'>,
): WrittenParameter[] {
  const found = new Map<string, WrittenParameter>()
  // Of two items of one path the first one counts.
  for (const holder of [...items.toReversed(), ...(value === undefined ? [] : [value])])
    for (const parameter of parametersIn(holder, conversion))
      found.set(JSON.stringify([parameter.in, parameter.name]), parameter)
  return [...found.values()]
}

function parametersIn(
  holder: Members,
  { document, repairs }: Pick<Conversion, 'document' | 'repairs'>,
): WrittenParameter[] {
  const list = document.follow(holder['parameters'])
  if (!Array.isArray(list)) return []
  return list.flatMap((item, index) => {
    const place = document.placeOf(list, index)
    const value = document.follow(item)
    const name = isMembers(value) ? value['name'] : undefined
    const isIn = isMembers(value) ? value['in'] : undefined
    if (!isMembers(value) || typeof name !== 'string' || typeof isIn !== 'string' || !places.has(isIn)) {
      repairs.tell(place, 'a parameter has a name, and in: path, query, header or cookie: it is left out')
      return []
    }
    if (item !== value) repairs.tell(place, `the parameter ${name} stands elsewhere: it is written out here`)
    return [{ name: wellFormed(name), in: isIn, value, place }]
  })
}

const places: ReadonlySet<string> = new Set(['path', 'query', 'header', 'cookie', 'body', 'formData'])

/** The parameters that the published operation has. Those of its path are exactly those that are in it. */
export function parametersOf(
  written: readonly WrittenParameter[],
  path: PublishedPath,
  operation: Operation,
  conversion: Conversion,
): readonly Json[] {
  const inPath = path.parameters.map(({ name, writtenAs }) => {
    const found = written.find((parameter) => parameter.in === 'path' && parameter.name === writtenAs)
    if (found !== undefined) return parameterOf({ ...found, name }, conversion)
    conversion.repairs.tell(operation.place, `the path holds {${name}}, which is no parameter: it is added`)
    return { name, in: 'path', required: true, schema: { type: 'string' } }
  })
  const known = new Set(path.parameters.map(({ writtenAs }) => writtenAs))
  const strangers = written.filter((parameter) => parameter.in === 'path' && !known.has(parameter.name))
  for (const { name, place } of strangers)
    conversion.repairs.tell(place, `the path does not hold {${name}}: this parameter is left out`)
  const others = written.filter(({ in: isIn }) => ['query', 'header', 'cookie'].includes(isIn))
  return [...inPath, ...others.map((parameter) => parameterOf(parameter, conversion))]
}

function parameterOf(parameter: WrittenParameter, conversion: Conversion): JsonObject {
  const { name, value, place } = parameter
  conversion.count()
  const description = textOf(value['description'])
  if (description !== undefined && description.length > longestDescription)
    conversion.repairs.tell(place, `the description of ${name} is cut: ChatGPT reads 700 characters`)
  return jsonObject([
    ['name', name],
    ['in', parameter.in],
    ['description', description && cutText(description, longestDescription)],
    ['required', parameter.in === 'path' || value['required'] === true ? true : undefined],
    ['deprecated', value['deprecated'] === true ? true : undefined],
    ['allowEmptyValue', parameter.in === 'query' && value['allowEmptyValue'] === true ? true : undefined],
    ...Object.entries(formOf(parameter, conversion)),
  ])
}

/** The schema with its style, or the media type. */
function formOf({ in: isIn, value, place }: WrittenParameter, conversion: Conversion): JsonObject {
  const { document } = conversion
  if (document.version === '2.0') return swaggerParameter(value, isIn, place, conversion)
  const [media] = value['schema'] === undefined ? Object.entries(mediaTypesOf(value, conversion)) : []
  if (media !== undefined) return { content: Object.fromEntries([media]) }
  const { style, explode } = value
  const isStyle = typeof style === 'string' && styles.get(isIn)?.includes(style)
  return jsonObject([
    ['style', isStyle ? style : undefined],
    ['explode', typeof explode === 'boolean' ? explode : undefined],
    ['allowReserved', isIn === 'query' && value['allowReserved'] === true ? true : undefined],
    [
      'schema',
      value['schema'] === undefined
        ? {}
        : schemaOf(value['schema'], document.placeOf(value, 'schema'), conversion),
    ],
    ...examplesOf(value, conversion),
  ])
}

/** OpenAPI 3.1 section 4.8.12.3. */
const styles: ReadonlyMap<string, readonly string[]> = new Map([
  ['path', ['simple', 'label', 'matrix']],
  ['query', ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject']],
  ['header', ['simple']],
  ['cookie', ['form']],
])
