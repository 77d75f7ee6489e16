import { isMembers, type Members } from '../members.ts'
import { type Conversion, type Json, type JsonObject, jsonObject } from './conversion.ts'
import { isMediaType, mediaTypesOf } from './media-types.ts'
import { exampleJson, textOf } from './plain-json.ts'
import { schemaOf } from './schema.ts'
import { mediaTypeNames } from './swagger-body.ts'

/** The responses of an operation. Their headers and links are left out: ChatGPT reads bodies. */
export function responsesOf(operation: Members, conversion: Conversion): JsonObject {
  const { document, repairs } = conversion
  const responses = document.follow(operation['responses'])
  const written = isMembers(responses) ? responses : {}
  const read = Object.keys(written).flatMap((code): [string, Json][] => {
    const value = document.follow(written[code])
    if (isCode.test(code) && isMembers(value)) return [[code, responseOf(value, operation, conversion)]]
    if (!code.startsWith('x-')) repairs.count('invalid', document.placeOf(written, code))
    return []
  })
  // At least one must be there.
  return read.length === 0 ? { default: { description: '' } } : jsonObject(read)
}

const isCode = /^(?:[1-5](?:\d\d|XX)|default)$/

function responseOf(value: Members, operation: Members, conversion: Conversion): JsonObject {
  const content =
    conversion.document.version === '2.0'
      ? swaggerContent(value, operation, conversion)
      : mediaTypesOf(value, conversion)
  return jsonObject([
    ['description', textOf(value['description']) ?? ''],
    ['content', Object.keys(content).length === 0 ? undefined : content],
  ])
}

/** One schema for every media type that the operation answers in. */
function swaggerContent(value: Members, operation: Members, conversion: Conversion): JsonObject {
  const { document } = conversion
  if (value['schema'] === undefined) return {}
  const schema = schemaOf(value['schema'], document.placeOf(value, 'schema'), conversion)
  const examples = isMembers(value['examples']) ? value['examples'] : {}
  const types = mediaTypeNames('produces', operation, conversion)
  return jsonObject(
    types.filter(isMediaType).map((type) => {
      const example = Object.hasOwn(examples, type) ? exampleJson(examples[type], conversion) : undefined
      return [
        type,
        jsonObject([
          ['schema', schema],
          ['example', example],
        ]),
      ]
    }),
  )
}
