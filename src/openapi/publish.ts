import type { OpenApiDocument } from './document.ts'
import type { Operation } from './operation.ts'
import { mostOperations, readOperations } from './operations.ts'
import type { Problem } from './place.ts'
import { type Candidate, type Candidates, findCandidates, type Unpublished } from './publish/candidates.ts'
import { TooMuch } from './publish/conversion.ts'
import { operationIds } from './publish/operation-ids.ts'
import { publishedDocument } from './publish/published-document.ts'
import { type OAuthEndpoints, scopeDescriptions, securitySchemes } from './publish/published-security.ts'
import { createRepairs, type Repairs } from './publish/repairs.ts'
import type { PublicPlace } from './publish/route-of.ts'
import { prettyJson } from './publish/sizes.ts'
import { mostBytes, mostPublished, tooManyBytes, tooManyOperations } from './publish/too-many.ts'
import {
  consequencesOf,
  type KeyFault,
  unpublishedFaults,
  type Wanted,
  wantedOperations,
} from './publish/wanted.ts'
import { type Written, writeOperations } from './publish/write-operations.ts'
import { yamlText } from './publish/yaml-text.ts'

export type PublishOptions = {
  readonly document: OpenApiDocument
  readonly place: PublicPlace
  /** Where every published path begins. */
  readonly serverUrl: string
  /** The title of a document that has none. */
  readonly title: string
  readonly endpoints: OAuthEndpoints
  /** The scopes that ChatGPT may ask for. */
  readonly scopes: readonly string[]
  readonly scopeDescriptions: Readonly<Record<string, string>>
  /** Undefined: every operation that a route lets through. */
  readonly only: readonly string[] | undefined
  readonly consequential: Readonly<Record<string, boolean>>
}

/** The document that ChatGPT gets, as text. Undefined where there is a fault. */
export type Published = {
  readonly texts: { readonly json: string; readonly yaml: string } | undefined
  /** Faults at a place of the document. */
  readonly placeFaults: readonly Problem[]
  /** Faults at a key of the file. */
  readonly keyFaults: readonly KeyFault[]
  /** Repairs, each at a place of the document. */
  readonly repairs: readonly Problem[]
}

/** Makes the document that ChatGPT can read of a document, and of the routes that requests have. */
export function publish(options: PublishOptions): Published {
  const { document } = options
  const operations = readOperations(document)?.list ?? []
  const fault = countFault(operations)
  const place = document.placeOf(document.root, 'paths')
  if (fault !== undefined) return failed({ placeFaults: [{ place, message: fault }] })
  try {
    return publishSome(options, operations)
  } catch (error) {
    if (error instanceof TooMuch) return failed({ placeFaults: [{ place, message: error.message }] })
    throw error
  }
}

function failed(faults: Partial<Published>): Published {
  return { texts: undefined, placeFaults: [], keyFaults: [], repairs: [], ...faults }
}

function countFault({ length }: readonly Operation[]): string | undefined {
  if (length === 0) return 'the document has no operations below paths: name one that has'
  return length > mostOperations ? `more than ${mostOperations} operations are not read` : undefined
}

function publishSome(options: PublishOptions, operations: readonly Operation[]): Published {
  const ids = operationIds(operations)
  const wanted = wantedOperations(ids, options.only)
  const consequences = consequencesOf(ids, options.consequential)
  const found = findCandidates(options.document, wanted.operations, options.place)
  const keyFaults = [
    ...wanted.faults,
    ...consequences.faults,
    ...unpublishedFaults(found.unpublished, wanted),
    ...nothingFault(found, wanted),
  ]
  if (keyFaults.length > 0) return failed({ keyFaults })
  const repairs = createRepairs()
  if (options.only === undefined) countUnreadable(found.unpublished, repairs)
  const written = writeOperations({ ...options, ids, candidates: found.candidates, consequences, repairs })
  return finish(options, written, repairs)
}

/** Without any operation ChatGPT would have nothing to call. */
function nothingFault({ candidates, unpublished }: Candidates, { faults }: Wanted): KeyFault[] {
  const [first] = unpublished
  if (candidates.length > 0 || faults.length > 0 || first === undefined) return []
  const { method, template } = first.operation
  const message = `no operation of the document has a route; the first, ${method} ${template}: ${first.why}`
  return [{ at: ['openapi'], message }]
}

/** Those that the file leaves out are meant to be. */
function countUnreadable(unpublished: readonly Unpublished[], repairs: Repairs): void {
  for (const { operation, isMeant } of unpublished) if (!isMeant) repairs.count('unreadable', operation.place)
}

function finish(options: PublishOptions, written: Written, repairs: Repairs): Published {
  const { document, only } = options
  const { operations, components } = written
  const at = only === undefined ? ['openapi'] : ['operations', 'only']
  if (operations.length > mostPublished)
    return failed({ keyFaults: [{ at, message: tooManyOperations(operations, components) }] })
  const { bodyFaults: placeFaults } = written
  if (placeFaults.length > 0) return failed({ placeFaults, repairs: repairs.all() })
  const value = publishedDocument({
    ...options,
    operations: operations.map(({ candidate, part }) => ({ candidate, value: part.value })),
    schemas: [...components].map(([name, part]) => [name, part.value]),
    securitySchemes: securitySchemesOf(
      operations.map(({ candidate }) => candidate),
      options,
    ),
  })
  const json = prettyJson(value)
  const bytes = Buffer.byteLength(json)
  if (bytes > mostBytes)
    return failed({ keyFaults: [{ at, message: tooManyBytes(bytes, operations, components) }] })
  if (document.version === '2.0') repairs.tell(document.placeOf(document.root, 'swagger'), converted)
  return failed({ texts: { json, yaml: yamlText(value) }, repairs: repairs.all() })
}

const converted = 'Swagger 2.0 is published as OpenAPI 3.1'

/** The file's own words about a scope come first. */
function securitySchemesOf(candidates: readonly Candidate[], options: PublishOptions) {
  const said = scopeDescriptions(options.document)
  const requirements = candidates.map(({ requirement }) => requirement)
  const describe = (scope: string) =>
    Object.hasOwn(options.scopeDescriptions, scope)
      ? (options.scopeDescriptions[scope] ?? '')
      : (said.get(scope) ?? '')
  return securitySchemes(requirements, options.endpoints, describe)
}
