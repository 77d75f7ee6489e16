import { isMembers, type Members } from './members.ts'
import type { Place, Problem } from './place.ts'
import { createReferences, type References } from './references.ts'
import type { SourceReader } from './source-reader.ts'
import { readSourceTree, type SourceTree } from './source-tree.ts'

export type OpenApiVersion = '2.0' | '3.0' | '3.1'

/** An OpenAPI document with the files that it refers to. Nothing in it has been checked but its version. */
export type OpenApiDocument = {
  readonly version: OpenApiVersion
  readonly root: Members
  /** Where it came from, for relative servers. */
  readonly location: URL
  /**
   * The value itself, or what it refers to in the end. Undefined where a reference leads nowhere or in a
   * circle: `problems` says so.
   */
  follow(value: unknown): unknown
  /** The value that a reference in this object or list names, which may be a reference again. */
  find(reference: string, holder: object): unknown
  placeOf(container: object, key: string | number): Place
  /** True when this key is written twice in its map: nobody can know which one is meant. */
  isTwice(container: object, key: string): boolean
  /** Duplicate keys, references that lead nowhere, files that cannot be read. */
  readonly problems: readonly Problem[]
}

/** A document, or every reason why there is none. */
export type OpenedDocument =
  | { readonly document: OpenApiDocument }
  | { readonly document: undefined; readonly problems: readonly Problem[] }

/** Reads a document and all that it refers to. */
export async function openDocument(sources: SourceReader): Promise<OpenedDocument> {
  const file = sources.nameOf(sources.start)
  const content = await sources.read(sources.start)
  if ('fault' in content) return unreadable({ file, line: 1, column: 1 }, content.fault)
  const tree = readSourceTree(content.text, file)
  if (tree.value === undefined) return { document: undefined, problems: tree.problems }
  const root = tree.value
  if (!isMembers(root)) return unreadable({ file, line: 1, column: 1 }, notOpenApi)
  const version = versionOf(root, tree, file)
  if (typeof version !== 'string') return { document: undefined, problems: [version] }
  const references = await createReferences(tree, sources)
  return { document: createDocument(version, root, sources, references, { file, line: 1, column: 1 }) }
}

function createDocument(
  version: OpenApiVersion,
  root: Members,
  { start }: SourceReader,
  references: References,
  top: Place,
): OpenApiDocument {
  const { follow, find, problems, treeOf } = references
  return {
    version,
    root,
    location: start,
    follow,
    find,
    problems,
    placeOf: (container, key) => treeOf(container)?.placeOf(container, key) ?? top,
    isTwice: (container, key) => treeOf(container)?.isTwice(container, key) === true,
  }
}

function unreadable(place: Place, message: string): OpenedDocument {
  return { document: undefined, problems: [{ place, message }] }
}

/** `2.0` and `3.1` without quotes are numbers. */
function versionOf(root: Members, tree: SourceTree, file: string): OpenApiVersion | Problem {
  const key = 'openapi' in root ? 'openapi' : 'swagger'
  const place = tree.placeOf(root, key) ?? { file, line: 1, column: 1 }
  if (!(key in root)) return { place, message: notOpenApi }
  const written = typeof root[key] === 'number' ? root[key].toFixed(1) : root[key]
  const version = typeof written === 'string' ? /^(\d+\.\d+)(?:\.\d+\S*)?$/.exec(written)?.[1] : undefined
  if (key === 'swagger' && version === '2.0') return version
  if (key === 'openapi' && (version === '3.0' || version === '3.1')) return version
  return { place, message: 'this version is not read: Swagger 2.0, OpenAPI 3.0 and OpenAPI 3.1 are' }
}

const notOpenApi =
  'this is no OpenAPI document: it has neither openapi: nor swagger: at its top, ' +
  'such as openapi: 3.1.0; name the document that has'
