import { keywordDoubt } from '../../config/compose/doubtful-scopes.ts'
import type { ProposedPath, ProposedRoute } from '../../openapi/draft.ts'
import type { Operation } from '../../openapi/operation.ts'
import type { LeftOut } from '../../openapi/placement.ts'
import type { ProposedRoutes } from '../../openapi/routes.ts'
import { refused } from '../../openapi/security.ts'
import type { Requirement } from '../../route/requirement.ts'

/** All that goes into a file. */
export type GatewayFile = {
  /** The key under `apis`. */
  readonly name: string
  readonly resource: string
  readonly upstream: string
  /** Undefined where no route needs a token. */
  readonly logto: string | undefined
  /** A document, for people. */
  readonly source: string | undefined
  readonly routes: ProposedRoutes
  readonly leftOut: readonly LeftOut[]
}

/** The text of a gateway.yaml. Comments say where each route comes from. */
export function gatewayFileText(file: GatewayFile): string {
  const { name, resource, upstream, logto, source, routes, leftOut } = file
  const from = source === undefined ? '' : ` from ${commentText(source)}`
  const distinguishes = routes.distinguishes.join(', ')
  const lines = [
    `# Written by scopegate init${from}. Change what you like; scopegate check says what is wrong.`,
    '',
    ...(logto === undefined ? [] : ['issuer:', `  logto: ${scalar(logto)}`, '']),
    'apis:',
    `  ${key(name)}:`,
    `    resource: ${scalar(resource)} # the API identifier in Logto, byte for byte`,
    `    upstream: ${scalar(upstream)} # where allowed requests go`,
    ...(distinguishes === '' ? [] : [`    distinguishes: [${distinguishes}] # the document does so itself`]),
    ...(routes.paths.length === 0
      ? ['    routes: {} # every request is refused']
      : ['    routes:', ...routes.paths.flatMap(pathLines)]),
    ...leftOutLines(leftOut),
  ]
  return `${lines.join('\n')}\n`
}

function pathLines({ pattern, methods }: ProposedPath): string[] {
  const routes = [...methods].map(
    ([method, route]) => `        ${method}: ${routeText(route)}${originComment(route)}`,
  )
  return [`      ${key(pattern.text)}:`, ...routes]
}

function originComment({ requirement, operations, isWidened }: ProposedRoute): string {
  const names = operations.map(originText).join(' and ')
  if (names === '') return ''
  if (requirement === refused) return ` # refused to everybody: ${names}`
  return ` # ${isWidened ? 'wider than ' : ''}${names}`
}

/** Without an operationId, an operation is called by its path. */
function originText({ method, template, id }: Operation): string {
  return commentText(id ?? `${method} ${template}`)
}

const longestComment = 200

/** A line break in a name would end the comment, and make configuration of the rest. */
function commentText(text: string): string {
  const printable = text.replace(/[^\x20-\x7e\p{L}\p{N}]/gu, '?')
  return printable.length > longestComment ? `${printable.slice(0, longestComment)}...` : printable
}

function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  if (leftOut.length === 0) return []
  const lines = leftOut.map(
    ({ operation: { method, template }, why }) =>
      `      #   ${commentText(`${method} ${template}`)}: ${commentText(why)}`,
  )
  return ['      # Left out, so every such request is refused:', ...lines]
}

function routeText({ requirement, isMatrix }: ProposedRoute): string {
  const short = shortText(requirement)
  if (short !== undefined && !isMatrix) return short
  const allow = isMatrix ? ', allow: [path-parameters]' : ''
  return `{ ${longText(requirement)}${allow} }`
}

function shortText(requirement: Requirement): string | undefined {
  if (requirement === refused) return undefined
  if (requirement.kind !== 'scopes') return requirement.kind
  const [set = [], ...more] = requirement.anyOf
  const text = set.join(' ')
  // A scope that is called like a keyword is written in the long form.
  const isWord = set.length > 1 || keywordDoubt(text) === undefined
  return more.length === 0 && isWord && !set.some(isKeyword) ? scalar(text) : undefined
}

function isKeyword(scope: string): boolean {
  return ['public', 'optional', 'authenticated'].includes(scope.toLowerCase())
}

function longText(requirement: Requirement): string {
  // No token of the issuer has another `iss` than its own.
  if (requirement === refused) return 'authenticated: true, where: { iss: refused }'
  if (requirement.kind !== 'scopes') return `${requirement.kind}: true`
  const sets = requirement.anyOf.map((set) => scalar(set.join(' ')))
  return sets.length === 1 ? `scopes: ${sets[0]}` : `anyOf: [${sets.join(', ')}]`
}

/** In quotes unless it is plainly a text. A variable is written so that it is none. */
function scalar(text: string): string {
  // In the text that replaces another, a dollar sign is written twice.
  const escaped = text.replaceAll('${', '$$$${')
  return /^[A-Za-z][\w./-]*(?:[ :][\w./-]+)*$/.test(escaped) && !isYamlWord(escaped)
    ? escaped
    : quoted(escaped)
}

function key(text: string): string {
  const isPlain = /^(?:[a-z][a-z0-9-]*|\/[\w.~{}/*()=@-]*)$/.test(text) && !isYamlWord(text)
  return isPlain ? text : quoted(text)
}

/** Whoever reads the file must see what is there. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16)
    return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
  })
}

function isYamlWord(text: string): boolean {
  return /^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
}
