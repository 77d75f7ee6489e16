import { mostCrossings } from './crossings.ts'
import { type OpenApiDocument, type OpenedDocument, openDocument } from './document.ts'
import { openOperations, scopeHints } from './hints.ts'
import type { Operation } from './operation.ts'
import { mostOperations, readOperations } from './operations.ts'
import type { Place, Problem } from './place.ts'
import { type LeftOut, type Placed, placeOperations } from './placement.ts'
import { type ProposedRoutes, proposeRoutes } from './routes.ts'
import { documentServers, type ServerPlace, serverPlace } from './server-path.ts'
import type { SourceReader } from './source-reader.ts'

/** A document in the words of routes. */
export type Translation = {
  readonly title: string | undefined
  /** The server whose path was taken. */
  readonly server: ServerPlace
  readonly operations: readonly Operation[]
  readonly placed: readonly Placed[]
  readonly routes: ProposedRoutes
  readonly leftOut: readonly LeftOut[]
  readonly problems: readonly Problem[]
  readonly hints: readonly string[]
  readonly open: Readonly<Record<'public' | 'optional', readonly Operation[]>>
  /** Those of which the document does not say who may call them. */
  readonly proposed: readonly Operation[]
}

/** Or why there is none. */
export type TranslationFault =
  | { readonly kind: 'fault'; readonly problems: readonly Problem[] }
  /** Somebody must say which of these it is. */
  | { readonly kind: 'servers'; readonly servers: readonly ServerPlace[] }

/** `server`: a URL or a path that was chosen instead of the document's own. */
export async function translate(
  sources: SourceReader,
  server: string | undefined,
): Promise<Translation | TranslationFault> {
  const opened = await openDocument(sources)
  if (opened.document === undefined) return { kind: 'fault', problems: opened.problems }
  const { document } = opened
  const operations = readOperations(document)
  const fault = operationsFault(opened, operations?.list)
  if (operations === undefined || fault !== undefined)
    return { kind: 'fault', problems: [...document.problems, ...(fault === undefined ? [] : [fault])] }
  const all = documentServers(document)
  const chosen = chooseServer(all, server, document.location)
  if (chosen === undefined) return { kind: 'servers', servers: all }
  const placement = placeOperations(document, operations.list, { chosen, all })
  const routes = proposeRoutes(placement)
  if (routes === undefined)
    return { kind: 'fault', problems: [{ place: placeOfPaths(document), message: tooManyCross }] }
  const isLost = ({ operation }: Placed) => routes.lost.has(operation)
  const placed = placement.placed.filter((each) => !isLost(each))
  const leftOut = [...placement.leftOut, ...placement.placed.filter(isLost).map(lostOne)]
  return {
    routes,
    title: titleOf(document.root['info']),
    server: chosen,
    operations: operations.list,
    placed,
    leftOut,
    problems: [...document.problems, ...operations.problems],
    hints: scopeHints(placed),
    open: { public: openOperations(placed, 'public'), optional: openOperations(placed, 'optional') },
    proposed: placed.map(({ operation }) => operation).filter(({ security }) => security.kind === 'unsaid'),
  }
}

function operationsFault(
  { document }: OpenedDocument,
  operations: readonly Operation[] | undefined,
): Problem | undefined {
  if (document === undefined) return undefined
  const place = placeOfPaths(document)
  if (operations === undefined) return { place, message: 'paths' in document.root ? noMap : noPaths }
  if (operations.length <= mostOperations) return undefined
  return { place, message: `more than ${mostOperations} operations are not read: take a part of them` }
}

function lostOne({ operation, requirement }: Placed): LeftOut {
  const why = 'its requests look like those of another operation, which is left out'
  return { operation, why, isElsewhere: false, requirement, patterns: [], reaches: [] }
}

function placeOfPaths(document: OpenApiDocument): Place {
  return document.placeOf(document.root, 'paths')
}

const tooManyCross =
  `its paths cross in more than ${mostCrossings} places, and nobody can tell which one is meant there: ` +
  'take a part of them'
const noPaths =
  'the document has no paths, so there is nothing that a route could be made of: ' +
  'webhooks and components are calls of others and parts; name a document with paths'
const noMap = 'paths is a map: write each path below it, and its methods below that'

/** Undefined where several paths are possible. */
function chooseServer(
  all: readonly ServerPlace[],
  server: string | undefined,
  base: URL,
): ServerPlace | undefined {
  if (server !== undefined) return serverPlace(server, base)
  const [first] = all
  return all.every(({ path }) => path === first?.path) ? first : undefined
}

function titleOf(info: unknown): string | undefined {
  if (typeof info !== 'object' || info === null || !('title' in info)) return undefined
  return typeof info.title === 'string' ? info.title : undefined
}
