import type { Operation } from '../operation.ts'
import type { Place } from '../place.ts'
import type { Candidate } from './candidates.ts'
import { type Conversion, type Json, type JsonObject, jsonObject } from './conversion.ts'
import { cutText } from './cut-text.ts'
import { parametersOf, writtenParameters } from './parameters.ts'
import { textOf, wellFormed } from './plain-json.ts'
import { securityOf } from './published-security.ts'
import { requestBodyOf } from './request-body.ts'
import { responsesOf } from './responses.ts'

export type PublishedOperation = {
  readonly value: JsonObject
  /** Where its request body is JSON, and no object. */
  readonly bodyFault: Place | undefined
  /** The components that are JSON bodies. */
  readonly objects: readonly string[]
}

/** Characters of a summary and of a description that ChatGPT reads. */
const longestText = 300

/** An operation as ChatGPT can read it. `isConsequential`: as the file says, which counts before all else. */
export function publishedOperation(
  { operation, path, requirement }: Candidate,
  id: string,
  isConsequential: boolean | undefined,
  conversion: Conversion,
): PublishedOperation {
  const { value = {} } = operation
  const written = writtenParameters(operation, conversion)
  const parameters = parametersOf(written, path, operation, conversion)
  const { body, fault, objects } = requestBodyOf(operation, written, conversion)
  const members = jsonObject([
    ['operationId', id],
    ['summary', shortText('summary', operation, conversion)],
    ['description', shortText('description', operation, conversion)],
    ['tags', tagsOf(value['tags'])],
    ['deprecated', value['deprecated'] === true ? true : undefined],
    ['parameters', parameters.length === 0 ? undefined : parameters],
    ['requestBody', body],
    ['responses', responsesOf(value, conversion)],
    ['security', securityOf(requirement)],
    ['x-openai-isConsequential', isConsequential ?? consequenceOf(operation)],
  ])
  return { value: members, bodyFault: fault, objects }
}

function shortText(
  key: 'summary' | 'description',
  { value = {} }: Operation,
  { document, repairs }: Conversion,
): string | undefined {
  const text = textOf(value[key])
  if (text === undefined || text.length <= longestText) return text
  const message = `this ${key} has ${text.length} characters, and ChatGPT reads ${longestText}: it is cut`
  repairs.tell(document.placeOf(value, key), message)
  return cutText(text, longestText)
}

function tagsOf(tags: unknown): Json | undefined {
  if (!Array.isArray(tags)) return undefined
  const texts = tags.filter((tag): tag is string => typeof tag === 'string')
  return texts.length === 0 ? undefined : [...new Set(texts.map(wellFormed))]
}

/** Without a word of the document, whatever may change something is consequential. */
function consequenceOf({ method, value = {} }: Operation): boolean {
  const said = value['x-openai-isConsequential']
  return typeof said === 'boolean' ? said : method !== 'GET' && method !== 'HEAD'
}
