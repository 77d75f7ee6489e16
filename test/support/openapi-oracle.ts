import type { Answer } from './route-table.ts'

/**
 * Another reading of OpenAPI documents, made without any of the code under test: which requests an operation
 * stands for, and which tokens it takes.
 */
export type OracleOperation = {
  readonly method: string
  readonly template: string
  /** Another host: no request to this upstream. */
  readonly isElsewhere: boolean
  /** Whether a token with these scopes is enough; undefined is no token. */
  readonly accepts: (scopes: readonly string[] | undefined) => boolean
  /** Sets of scopes that are each enough. */
  readonly sets: readonly (readonly string[])[]
  /** In plain characters, as `paths` has them. */
  readonly matches: (path: string) => boolean
  /** Paths of it, with this text for each parameter. */
  readonly paths: (value: string) => readonly string[]
}

type Json = Readonly<Record<string, unknown>>

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/** `any` stands for a path that cannot be read. */
export function oracleOperations(document: Json, serverPath: string): OracleOperation[] {
  const look = (value: unknown): Json | undefined => {
    if (!isJson(value)) return undefined
    if (typeof value['$ref'] !== 'string') return value
    const steps = /^#\/(.*)$/.exec(value['$ref'])?.[1]?.split('/')
    if (steps === undefined) return undefined
    const found = steps.reduce<unknown>(
      (at, step) =>
        isJson(at) ? at[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')] : at,
      document,
    )
    return look(found)
  }
  const paths = isJson(document['paths']) ? document['paths'] : {}
  return Object.entries(paths)
    .filter(([template]) => !template.startsWith('x-'))
    .flatMap(([template, written]) => {
      const item = look(written)
      if (item === undefined) return [operationOf('any', template, [], undefined, {})]
      return methods
        .filter((method) => item[method] !== undefined)
        .map((method) => operationOf(method, template, [item], look(item[method]), item))
    })

  function operationOf(
    method: string,
    template: string,
    holders: readonly Json[],
    operation: Json | undefined,
    item: Json,
  ): OracleOperation {
    const lists = [...holders, operation ?? {}].map((holder) => holder['parameters'])
    const parameters = lists
      .flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []))
      .flatMap((parameter): readonly Json[] => {
        const found = look(parameter)
        return found === undefined ? [] : [found]
      })
      .filter((parameter) => parameter['in'] === 'path')
    const pieces = piecesOf(template, new Map(parameters.map((each) => [String(each['name']), each])), look)
    const source = pieces.map((piece) => piece.regex).join('')
    const form = new RegExp(`^${literally(serverPath)}${source}/?$`, 'u')
    const isOwnServer = operation?.['servers'] !== undefined || item['servers'] !== undefined
    return {
      method: method === 'any' ? method : method.toUpperCase(),
      template,
      isElsewhere: isOwnServer,
      ...tokens(operation, document),
      matches: (path) => form.test(path),
      paths: (value) => {
        const several = pieces.some((piece) => piece.isSeveral)
        const make = (text: string) =>
          serverPath + pieces.map((piece) => piece.sample(piece.isSeveral ? text : value)).join('') || '/'
        return several ? [make(value), make(`${value}/more`)] : [make(value)]
      },
    }
  }
}

function tokens(operation: Json | undefined, document: Json): Pick<OracleOperation, 'accepts' | 'sets'> {
  if (operation === undefined) return { accepts: () => false, sets: [] }
  const own = operation['security']
  const list = own ?? document['security']
  const alternatives = Array.isArray(list) ? list.filter(isJson) : []
  const isOpen = alternatives.some((alternative) => Object.keys(alternative).length === 0)
  if (own === undefined && (alternatives.length === 0 || (isOpen && alternatives.length === 1)))
    return { accepts: (scopes) => scopes !== undefined, sets: [] }
  if (alternatives.length === 0 || isOpen) return { accepts: () => true, sets: [] }
  const sets = alternatives.map((alternative) => Object.values(alternative).flat().map(String))
  const checked = sets.filter((set) => set.length > 0)
  if (checked.length === 0) return { accepts: (scopes) => scopes !== undefined, sets: [] }
  return {
    accepts: (scopes) => scopes !== undefined && checked.some((set) => set.every((s) => scopes.includes(s))),
    sets: checked,
  }
}

type Piece = {
  readonly regex: string
  readonly isSeveral: boolean
  readonly sample: (value: string) => string
}

function piecesOf(
  template: string,
  parameters: ReadonlyMap<string, Json>,
  look: (value: unknown) => Json | undefined,
): Piece[] {
  const bare = template.replace(/[?#](?![^{]*\}).*$/s, '').replace(/\/$/, '')
  return bare.split(/(\{(?:[^{}]|\{[^{}]*\})*\})/).flatMap((part): Piece[] => {
    if (part === '') return []
    const [, expression] = /^\{(.*)\}$/s.exec(part) ?? []
    if (expression === undefined) {
      const text = decodeURIComponent(part)
      return [{ regex: literally(text), isSeveral: false, sample: () => text.replaceAll('*', 'star') }]
    }
    const [, glob] = /=(.*[*/].*)$/.exec(expression) ?? []
    const parameter = parameters.get(expression)
    const pattern = String(look(parameter?.['schema'])?.['pattern'] ?? parameter?.['pattern'] ?? '')
    if (glob !== undefined)
      return [
        {
          regex: literally(glob).replaceAll('\\*\\*', '.+').replaceAll('\\*', '[^/]+'),
          isSeveral: false,
          sample: (value) => glob.replaceAll('*', value),
        },
      ]
    const written = /^([a-z]+)\/\[\^\/\]\+$/.exec(pattern.replace(/^\^|\$$/g, ''))?.[1]
    if (written !== undefined)
      return [{ regex: `${written}/[^/]+`, isSeveral: false, sample: (value) => `${written}/${value}` }]
    const isSeveral =
      parameter?.['x-multi-segment'] === true ||
      /:(?:\.\*|path)$|[+*]$|^\*/.test(expression) ||
      pattern.replace(/\[\^[^\]]*\]/g, '').includes('/')
    return [{ regex: isSeveral ? '.+' : '[^/]+', isSeveral, sample: (value) => value }]
  })
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Those of the operations that a request can be meant for. A template that has literals where another one has
 * parameters comes first, as OpenAPI says; of templates that only cross, either may be meant.
 */
export function meantOperations(
  all: readonly OracleOperation[],
  method: string,
  path: string,
): readonly OracleOperation[] {
  const found = all.filter((operation) => !operation.isElsewhere && operation.matches(path))
  const isInside = (inner: OracleOperation, outer: OracleOperation) =>
    inner.paths('zq7').every(outer.matches) && !outer.paths('zq7').every(inner.matches)
  return found
    .filter((operation) => !found.some((other) => other !== operation && isInside(other, operation)))
    .filter((operation) => operation.method === method || operation.method === 'any')
}

/** Texts that tokens may hold: of each set, all, and all but one. */
function tokensFor(operations: readonly OracleOperation[], everything: readonly string[]) {
  const sets = operations.flatMap(({ sets }) => sets)
  const lacking = sets.flatMap((set) => set.map((scope) => set.filter((other) => other !== scope)))
  const foreign = everything.filter((scope) => !sets.some((set) => set.includes(scope)))
  return [undefined, [], ['unheard-of'], foreign, ...sets, ...lacking]
}

/** Requests of these operations that the routes let through with less than an operation takes. */
export async function findWeaker(
  operations: readonly OracleOperation[],
  ask: Answer,
  values: (index: number) => readonly string[],
): Promise<string[]> {
  const everything = scopesOf(operations)
  const weaker: string[] = []
  for (const [index, operation] of operations.entries()) {
    if (!isAsked(operation)) continue
    const method = operation.method === 'any' ? 'GET' : operation.method
    for (const path of values(index).flatMap(operation.paths)) {
      const meant = meantOperations(operations, method, path)
      for (const scopes of tokensFor(meant, everything)) {
        const answer = await ask(method, encodeURI(path), scopes)
        if (answer === 'allow' && !meant.every((each) => each.accepts(scopes)))
          weaker.push(`${method} ${path} with ${scopes}`)
      }
    }
  }
  return weaker
}

function isAsked({ isElsewhere, method, template }: OracleOperation): boolean {
  return !isElsewhere && method !== 'TRACE' && template.startsWith('/')
}

/** Every scope that is enough for something, those that are proposed included. */
export function scopesOf(operations: readonly OracleOperation[]): string[] {
  return [...new Set(operations.flatMap(({ sets }) => sets.flat())), 'read', 'write']
}
