import { manifestPath } from '../../config/own-paths.ts'
import { isJsonObject } from '../../issuer/json-object.ts'
import { CheckFault } from './check-fault.ts'
import { type Check, check } from './checklist.ts'
import type { Exchange } from './exchange.ts'
import { membersOf, short } from './json-members.ts'
import { runsAnotherFile } from './mends.ts'
import { documentPath, facadeEndpoints, publicUrlOf } from './published-urls.ts'
import type { Subject, Visit } from './visit.ts'

/** The bounds of the GPT editor. */
const mostBytes = 1_000_000
const mostOperations = 30

export const documentIsPublished: Check = check('The OpenAPI document is published', [], async (visit) => {
  const { subject } = visit
  const exchange = await fetchDocument(visit, documentPath, 'chatgpt.openapi')
  const document = membersOf(exchange)
  const fault = document === undefined ? 'is no JSON' : documentFault(document, exchange, subject)
  if (fault !== undefined)
    throw new CheckFault(`${subject.base}${documentPath} ${fault}`, runsAnotherFile, exchange)
  return { note: `${publicUrlOf(subject)}${documentPath}, ${operationsOf(document).length} operations` }
})

async function fetchDocument({ subject, askGateway }: Visit, path: string, key: string): Promise<Exchange> {
  const exchange = await askGateway({ method: 'GET', url: `${subject.base}${path}` })
  if (exchange.status === 200) return exchange
  throw new CheckFault(
    `${subject.base}${path}: ${exchange.status}, although the file has ${key}`,
    `${runsAnotherFile}; a proxy in front must pass ${path} on`,
    exchange,
  )
}

type Members = Readonly<Record<string, unknown>>

function documentFault(document: Members, { text }: Exchange, subject: Subject): string | undefined {
  const server = Array.isArray(document['servers']) ? document['servers'][0] : undefined
  const url = isJsonObject(server) ? server['url'] : undefined
  const size = Buffer.byteLength(text)
  const { length: operations } = operationsOf(document)
  if (size > mostBytes) return `has ${size} bytes, and the GPT editor takes ${mostBytes}`
  if (operations > mostOperations)
    return `has ${operations} operations, and the GPT editor takes ${mostOperations}: name some in chatgpt.operations.only`
  if (subject.config.publicUrl !== undefined && !isAt(url, subject.config.publicUrl))
    return `is about the server ${short(url)}, and publicUrl is ${subject.config.publicUrl}`
  return schemeFault(document, subject)
}

/** The editor fills its fields from there. */
function schemeFault(document: Members, { chatgpt, config }: Subject): string | undefined {
  if (chatgpt.facade === undefined || config.publicUrl === undefined) return undefined
  const expected = facadeEndpoints(config.publicUrl)
  for (const { authorizationUrl, tokenUrl } of codeFlowsOf(document))
    if (authorizationUrl !== expected.authorization || tokenUrl !== expected.token)
      return `names ${short(authorizationUrl)} and ${short(tokenUrl)}, not the URLs of the facade`
  return undefined
}

function codeFlowsOf({ components }: Members): Members[] {
  const schemes = isJsonObject(components) ? components['securitySchemes'] : undefined
  if (!isJsonObject(schemes)) return []
  return Object.values(schemes)
    .map((scheme) => (isJsonObject(scheme) ? scheme['flows'] : undefined))
    .map((flows) => (isJsonObject(flows) ? flows['authorizationCode'] : undefined))
    .filter(isJsonObject)
}

function isAt(url: unknown, publicUrl: string): boolean {
  return typeof url === 'string' && url.replace(/\/$/, '') === publicUrl
}

const methods = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch'])

function operationsOf(document: Members | undefined): string[] {
  const paths = document?.['paths']
  if (!isJsonObject(paths)) return []
  return Object.values(paths).flatMap((item) =>
    isJsonObject(item) ? Object.keys(item).filter((key) => methods.has(key)) : [],
  )
}

export const manifestIsPublished: Check = check('The plugin manifest is published', [], async (visit) => {
  const { subject } = visit
  const exchange = await fetchDocument(visit, manifestPath, 'chatgpt.manifest')
  const auth = membersOf(exchange)?.['auth']
  const endpoints = facadeEndpoints(publicUrlOf(subject))
  const { type, client_url: client, authorization_url: token } = isJsonObject(auth) ? auth : {}
  if (type !== 'oauth' || client !== endpoints.authorization || token !== endpoints.token)
    throw new CheckFault(
      `its auth says ${short(type)}, ${short(client)} and ${short(token)}, not oauth and the facade's URLs`,
      runsAnotherFile,
      exchange,
    )
  return { note: `${publicUrlOf(subject)}${manifestPath}` }
})
