import { isMembers, type Members } from '../members.ts'
import { type Conversion, type Json, type JsonObject, jsonObject } from './conversion.ts'
import { exampleJson, textOf, wellFormed } from './plain-json.ts'
import { schemaOf } from './schema.ts'

/** `content` of a body, of a response or of a parameter. */
export function mediaTypesOf(holder: Members, conversion: Conversion): JsonObject {
  const { document, repairs } = conversion
  const content = document.follow(holder['content'])
  if (!isMembers(content)) return {}
  return jsonObject(
    Object.keys(content).flatMap((type): [string, Json][] => {
      if (isMediaType(type)) return [[type, mediaTypeOf(content[type], conversion)]]
      repairs.count('invalid', document.placeOf(content, type))
      return []
    }),
  )
}

/** RFC 9110 section 8.3.1, and ranges of them. */
export function isMediaType(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:\s*;[\x20-\x7e]*)?$/.test(text)
}

export function isJson(type: string): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)
}

function mediaTypeOf(written: unknown, conversion: Conversion): JsonObject {
  const { document } = conversion
  const value = document.follow(written)
  if (!isMembers(value)) return {}
  const schema =
    value['schema'] === undefined
      ? undefined
      : schemaOf(value['schema'], document.placeOf(value, 'schema'), conversion)
  return jsonObject([
    ['schema', schema],
    ...examplesOf(value, conversion),
    ['encoding', encodingOf(value['encoding'])],
  ])
}

/** `example` and `examples`, of which only one may be there. */
export function examplesOf(value: Members, conversion: Conversion): [string, Json | undefined][] {
  const { document } = conversion
  if (value['example'] !== undefined) return [['example', exampleJson(value['example'], conversion)]]
  const examples = document.follow(value['examples'])
  if (!isMembers(examples)) return []
  const read = Object.keys(examples).flatMap((name): [string, Json][] => {
    const example = document.follow(examples[name])
    if (!isMembers(example) || example['value'] === undefined) return []
    const data = exampleJson(example['value'], conversion)
    if (data === undefined) return []
    const members = jsonObject([
      ['summary', textOf(example['summary'])],
      ['value', data],
    ])
    return [[wellFormed(name), members]]
  })
  return read.length === 0 ? [] : [['examples', jsonObject(read)]]
}

const encodingStyles: readonly unknown[] = ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject']

/** How the parts of a form are written. */
function encodingOf(encoding: unknown): JsonObject | undefined {
  if (!isMembers(encoding)) return undefined
  return jsonObject(
    Object.entries(encoding).map(([name, part]): [string, Json | undefined] => {
      if (!isMembers(part)) return [wellFormed(name), undefined]
      const { contentType, style, explode } = part
      const members = jsonObject([
        ['contentType', textOf(contentType)],
        ['style', encodingStyles.includes(style) ? textOf(style) : undefined],
        ['explode', typeof explode === 'boolean' ? explode : undefined],
      ])
      return [wellFormed(name), members]
    }),
  )
}
