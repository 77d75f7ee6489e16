import type { OpenApiDocument } from '../document.ts'
import { isMembers } from '../members.ts'
import type { Candidate } from './candidates.ts'
import { type Json, type JsonObject, jsonObject } from './conversion.ts'
import { textOf } from './plain-json.ts'

export type Parts = {
  readonly document: OpenApiDocument
  readonly serverUrl: string
  /** Where the document has none. */
  readonly title: string
  readonly operations: readonly { readonly candidate: Candidate; readonly value: Json }[]
  readonly schemas: readonly (readonly [name: string, schema: Json])[]
  readonly securitySchemes: JsonObject | undefined
}

/** Puts a document of OpenAPI 3.1 together. */
export function publishedDocument(parts: Parts): JsonObject {
  const { schemas, securitySchemes } = parts
  const components = jsonObject([
    ['schemas', schemas.length === 0 ? undefined : jsonObject(schemas)],
    ['securitySchemes', securitySchemes],
  ])
  return jsonObject([
    ['openapi', '3.1.0'],
    ['info', infoOf(parts)],
    ['servers', [{ url: parts.serverUrl }]],
    ['paths', pathsOf(parts)],
    ['components', Object.keys(components).length === 0 ? undefined : components],
  ])
}

/** `1.0` without quotes is a number. */
function infoOf({ document, title }: Parts): JsonObject {
  const written = document.follow(document.root['info'])
  const info = isMembers(written) ? written : {}
  const { version } = info
  return jsonObject([
    ['title', textOf(info['title']) ?? title],
    ['description', textOf(info['description'])],
    ['version', typeof version === 'number' ? String(version) : (textOf(version) ?? '1')],
  ])
}

function pathsOf({ operations }: Parts): JsonObject {
  const paths = new Map<string, [string, Json][]>()
  for (const { candidate, value } of operations) {
    const { template } = candidate.path
    const methods = paths.get(template) ?? []
    paths.set(template, methods)
    methods.push([candidate.operation.method.toLowerCase(), value])
  }
  return jsonObject([...paths].map(([template, methods]) => [template, jsonObject(methods)]))
}
