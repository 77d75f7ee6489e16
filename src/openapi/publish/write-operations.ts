import type { OpenApiDocument } from '../document.ts'
import type { Operation } from '../operation.ts'
import type { Problem } from '../place.ts'
import type { Candidate } from './candidates.ts'
import { createComponentSchemas } from './component-schemas.ts'
import { type Conversion, createCount, type Json } from './conversion.ts'
import { idFault } from './operation-ids.ts'
import { publishedOperation } from './published-operation.ts'
import { isOutOfReach, scopesOf } from './published-security.ts'
import type { Repairs } from './repairs.ts'
import { asObject } from './request-body.ts'
import { schemaOf } from './schema.ts'
import type { Part } from './sizes.ts'
import { tellUnusedSchemas } from './unused-schemas.ts'
import type { Consequences } from './wanted.ts'

export type WriteOptions = {
  readonly document: OpenApiDocument
  /** Of all operations of the document. */
  readonly ids: ReadonlyMap<Operation, string>
  readonly candidates: readonly Candidate[]
  readonly consequences: Consequences
  readonly repairs: Repairs
  /** The scopes that ChatGPT may ask for. */
  readonly scopes: readonly string[]
}

export type Written = {
  readonly operations: readonly WrittenOperation[]
  readonly components: ReadonlyMap<string, Part>
  /** JSON request bodies that are no objects. */
  readonly bodyFaults: readonly Problem[]
}

export type WrittenOperation = { readonly id: string; readonly candidate: Candidate; readonly part: Part }

/** Writes operations as OpenAPI 3.1, and the schemas that they refer to. */
export function writeOperations(options: WriteOptions): Written {
  const { document, ids, candidates, consequences, repairs } = options
  const conversion = { document, repairs, schemas: createComponentSchemas(), count: createCount() }
  const bodyFaults: Problem[] = []
  const objects = new Set<string>()
  const operations = candidates.map((candidate): WrittenOperation => {
    const { operation } = candidate
    const id = ids.get(operation) ?? ''
    tellOf(candidate, id, options)
    const uses = conversion.schemas.collect()
    const said = consequences.of(operation)
    const published = publishedOperation(candidate, id, said, conversion)
    const { bodyFault: place } = published
    if (place !== undefined) bodyFaults.push({ place, message: noObject(id) })
    for (const name of published.objects) objects.add(name)
    return { id, candidate, part: { value: published.value, uses } }
  })
  const components = writeComponents(conversion, objects)
  tellUnusedSchemas(document, conversion.schemas, repairs)
  return { operations, components, bodyFaults }
}

function noObject(id: string): string {
  return (
    `the JSON request body of ${id} is no object, and ChatGPT would do without the operation: write type: ` +
    'object with properties, or leave it out of operations.only'
  )
}

function tellOf(candidate: Candidate, id: string, { ids, repairs, scopes }: WriteOptions): void {
  const { operation, requirement } = candidate
  const fault = idFault(operation, [...ids.keys()])
  if (fault !== undefined) repairs.tell(operation.place, `${fault}: it is published as ${id}`)
  if (!isOutOfReach(requirement, scopes)) return
  const missing = [...new Set(scopesOf(requirement))].filter((scope) => !scopes.includes(scope)).join(' ')
  repairs.tell(
    operation.place,
    `the route of this operation needs ${missing}, which chatgpt.scopes does not let ChatGPT ask for`,
  )
}

/** Writing one may bring others. */
function writeComponents(conversion: Conversion, objects: ReadonlySet<string>): Map<string, Part> {
  const { document, schemas } = conversion
  const written = new Map<string, Part>()
  for (let next = schemas.next(); next !== undefined; next = schemas.next()) {
    const uses = schemas.collect()
    const { name, schema } = next
    const place = document.placeOf(typeof schema === 'object' && schema !== null ? schema : {}, '')
    const value = schemaOf(schema, place, conversion)
    written.set(name, { value: objects.has(name) ? marked(value) : value, uses })
  }
  return written
}

function marked(value: Json): Json {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? asObject(value as Exclude<typeof value, readonly Json[]>) : value // It is no list.
}
