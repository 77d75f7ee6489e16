import type { OpenApiDocument } from './document.ts'
import { isMembers, type Members } from './members.ts'
import type { Operation, PathParameter } from './operation.ts'
import type { Problem } from './place.ts'
import { readSecurity } from './security.ts'

/** Every operation of a document, in its order, and all that is wrong below `paths`. */
export type Operations = { readonly list: readonly Operation[]; readonly problems: readonly Problem[] }

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/**
 * Reads `paths`. The operations under `webhooks`, `callbacks` and `components` are asked of others. Undefined
 * when the document has no `paths`, or something else in its place.
 */
export function readOperations(document: OpenApiDocument): Operations | undefined {
  const { root } = document
  const paths = document.follow(root['paths'])
  if (!isMembers(paths)) return undefined
  const problems: Problem[] = []
  const isPathsTwice = document.isTwice(root, 'paths')
  const list = Object.keys(paths)
    .filter((template) => !template.startsWith('x-'))
    .flatMap((template) => {
      const isTwice = isPathsTwice || document.isTwice(paths, template)
      return readPath({ document, paths, template, fault: isTwice ? twice : undefined, problems })
    })
  return { list, problems }
}

/** Of one document. Each is held against each other one, which takes time that grows with the square. */
export const mostOperations = 3000

const twice = 'its path stands twice in the document: keep one'

type PathContext = {
  readonly document: OpenApiDocument
  readonly paths: Members
  readonly template: string
  /** Of the whole path. */
  readonly fault: string | undefined
  readonly problems: Problem[]
}

/** Members beside a reference count too: where both have a method there are two operations. */
function readPath(context: PathContext): Operation[] {
  const { document, paths, template, problems } = context
  const written = paths[template]
  const item = document.follow(written)
  const beside = isMembers(written) && item !== written ? [written] : []
  const items = [...(isMembers(item) ? [item] : []), ...beside]
  if (!isMembers(item)) {
    const place = document.placeOf(paths, template)
    if (item !== undefined)
      problems.push({ place, message: 'a path has a map of methods: write get: below it' })
    return [...beside.flatMap((each) => readItem(each, items, context)), unknownOperation(context)]
  }
  return items.flatMap((each) => readItem(each, items, context))
}

/** Nobody knows which methods a path has that cannot be read: it counts as one operation. */
function unknownOperation({ document, paths, template }: PathContext): Operation {
  return {
    ...{ method: 'any', template, id: undefined, summary: undefined, servers: undefined },
    ...{ value: undefined, items: [] },
    place: document.placeOf(paths, template),
    parameters: new Map(),
    security: { kind: 'unsaid' },
    fault: 'its path cannot be read',
  }
}

function readItem(item: Members, items: readonly Members[], context: PathContext): Operation[] {
  const { document, problems } = context
  for (const key of Object.keys(item)) {
    if (methods.includes(key) || !methods.includes(key.toLowerCase())) continue
    const message = `methods are written in small letters: ${key.toLowerCase()}; this one is not read`
    problems.push({ place: document.placeOf(item, key), message })
  }
  return methods
    .filter((method) => item[method] !== undefined)
    .map((method) => readOperation(item, method, items, context))
}

function readOperation(
  item: Members,
  key: string,
  items: readonly Members[],
  { document, template, fault, problems }: PathContext,
): Operation {
  const place = document.placeOf(item, key)
  const value = document.follow(item[key])
  const operation = isMembers(value) ? value : undefined
  const parameters = readParameters(document, [...items, ...(operation === undefined ? [] : [operation])])
  const holder = [operation, ...items].find((each) => each?.['servers'] !== undefined)
  const security = readSecurity(document, operation ?? {})
  if (security.kind === 'fault') problems.push({ place: security.place, message: security.message })
  return {
    method: key.toUpperCase(),
    template,
    id: textOf(operation?.['operationId']),
    summary: textOf(operation?.['summary']),
    place,
    parameters,
    servers: holder?.['servers'],
    security,
    fault: fault ?? faultOf(document, item, key, operation, security),
    value: operation,
    items,
  }
}

function faultOf(
  document: OpenApiDocument,
  item: Members,
  key: string,
  operation: Members | undefined,
  security: Operation['security'],
): string | undefined {
  if (operation === undefined) return 'it cannot be read'
  const isTwice = ['security', 'servers', 'parameters'].some((name) => document.isTwice(operation, name))
  if (isTwice || document.isTwice(item, key) || document.isTwice(item, 'servers'))
    return 'a key of it stands twice'
  return security.kind === 'fault' ? security.message : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A parameter of the operation replaces that of the path, since it comes later. */
function readParameters(
  document: OpenApiDocument,
  holders: readonly Members[],
): ReadonlyMap<string, PathParameter> {
  const found = new Map<string, PathParameter>()
  for (const holder of holders) {
    const list = document.follow(holder['parameters'])
    for (const item of Array.isArray(list) ? list : []) {
      const parameter = document.follow(item)
      if (!isMembers(parameter) || parameter['in'] !== 'path') continue
      if (typeof parameter['name'] === 'string')
        found.set(parameter['name'], readParameter(document, parameter))
    }
  }
  return found
}

function readParameter(document: OpenApiDocument, parameter: Members): PathParameter {
  const schema = document.follow(parameter['schema'])
  const marks = ['x-multi-segment', 'x-reservedExpansion', 'allowReserved']
  return {
    // Swagger 2.0 has no schema here.
    pattern: textOf(isMembers(schema) ? schema['pattern'] : parameter['pattern']),
    isMultiSegment: marks.some((mark) => parameter[mark] === true || parameter[mark] === 'true'),
    isMatrix: parameter['style'] === 'matrix',
  }
}
