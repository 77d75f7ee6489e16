import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { openDocument } from '../openapi/document.ts'
import type { Place, Problem } from '../openapi/place.ts'
import { type Published, publish } from '../openapi/publish.ts'
import { createSourceReader, noSuchFile, type SourceReader } from '../openapi/source-reader.ts'
import { createRouteTable } from '../route/table.ts'
import type { ChatGptConfig, PublishedText } from './chatgpt-config.ts'
import type { ApiConfig, Config } from './config.ts'
import { digestOf } from './file-reader.ts'
import type { Issue } from './issue.ts'
import type { LoadResult } from './load.ts'
import { authorizePath, tokenPath } from './own-paths.ts'
import { suggest } from './schema/suggest.ts'

/**
 * Adds the OpenAPI document that is published, with the issues that it has. To be called where
 * `chatgpt.openapi` names one.
 */
export async function withPublishedOpenApi(loaded: LoadResult): Promise<LoadResult> {
  const { config } = loaded
  const { chatgpt, publicUrl } = config ?? {}
  const api = config?.apis.find(({ name }) => name === chatgpt?.api)
  if (config === undefined || chatgpt?.openapi === undefined) return loaded
  if (publicUrl === undefined || api === undefined) return loaded
  const watched = watchSources(createSourceReader(chatgpt.openapi))
  const published = await publishOf({ config, chatgpt, api, publicUrl }, watched.sources)
  const files = new Map([...loaded.files, ...watched.digests])
  const issues = [...loaded.issues, ...issuesOf(published, loaded, watched.textOf)]
  const { texts } = published
  if (texts === undefined) return { ...loaded, config: undefined, issues, files }
  const document = { json: publishedText(texts.json), yaml: publishedText(texts.yaml) }
  return { ...loaded, config: { ...config, chatgpt: { ...chatgpt, document } }, issues, files }
}

function publishedText(text: string): PublishedText {
  const bytes = Buffer.from(text)
  return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` }
}

type Given = {
  readonly config: Config
  readonly chatgpt: ChatGptConfig
  readonly api: ApiConfig
  readonly publicUrl: string
}

async function publishOf(given: Given, sources: SourceReader): Promise<Published> {
  const { config, chatgpt, api, publicUrl } = given
  const opened = await openDocument(sources)
  if (opened.document === undefined)
    return { texts: undefined, placeFaults: opened.problems, keyFaults: [], repairs: [] }
  const prefix = api.stripPath ? api.pathPrefix : ''
  return publish({
    document: opened.document,
    place: { table: tableOf(config), hostName: new URL(publicUrl).hostname, prefix, api: api.name },
    serverUrl: publicUrl + prefix,
    title: api.title ?? api.name,
    endpoints: endpointsOf(given),
    scopes: chatgpt.scopes,
    scopeDescriptions: chatgpt.permissions,
    only: chatgpt.operations.only,
    consequential: chatgpt.operations.consequential,
  })
}

/** The table that requests use, with as much of the routes as a document says. */
function tableOf({ apis }: Config) {
  return createRouteTable(
    apis.map(({ name, hosts, pathPrefix, distinguishes, paths }) => ({
      ...{ name, hosts, pathPrefix, distinguishes },
      paths: paths.map(({ pattern, methods }) => ({
        pattern,
        methods: new Map(
          [...methods].map(([method, { requirement, allow }]) => [
            method,
            { kind: 'route' as const, api: name, requirement, allow },
          ]),
        ),
      })),
    })),
  )
}

/** Those of the facade, else those of the authorization server. */
function endpointsOf({ config, chatgpt, publicUrl }: Given) {
  if (chatgpt.facade !== undefined)
    return { authorizationUrl: publicUrl + authorizePath, tokenUrl: publicUrl + tokenPath }
  const issuer = config.issuers.get(chatgpt.issuer)
  const { authorization, token } = issuer?.endpoints ?? {}
  return {
    authorizationUrl: authorization ?? `${issuer?.issuer}/auth`,
    tokenUrl: token ?? `${issuer?.issuer}/token`,
  }
}

/** Sources whose content is remembered, to be watched, and to be shown where something is wrong. */
function watchSources(sources: SourceReader) {
  const digests = new Map<string, string | undefined>()
  const texts = new Map<string, { readonly fileName: string; readonly text: string }>()
  const reader: SourceReader = {
    ...sources,
    async read(location) {
      const content = await sources.read(location)
      const name = location.protocol === 'file:' ? fileURLToPath(location) : undefined
      if ('fault' in content) {
        if (name !== undefined && content.fault === noSuchFile) digests.set(name, undefined)
        return content
      }
      const fileName = sources.nameOf(location)
      texts.set(fileName, { fileName, text: content.text })
      if (name !== undefined && content.bytes !== undefined) digests.set(name, digestOf(content.bytes))
      return content
    },
  }
  return {
    sources: reader,
    digests,
    textOf: ({ file }: Place) => texts.get(file),
  }
}

type TextOf = (place: Place) => Issue['source']

function issuesOf(published: Published, { network }: LoadResult, textOf: TextOf): Issue[] {
  const { placeFaults, keyFaults, repairs } = published
  return [
    ...keyFaults.flatMap(({ at, message, unknown }) => {
      const near = unknown && suggest(unknown.name, unknown.known)
      const mend = near === undefined ? '' : `, did you mean "${near}"?`
      return network?.issueAt(['chatgpt', ...at], printable(message + mend)) ?? []
    }),
    ...placeFaults.flatMap(
      (problem) => issueIn('error', problem, textOf) ?? unreadable(problem, network) ?? [],
    ),
    ...repairs.flatMap((problem) => issueIn('warning', problem, textOf) ?? []),
  ]
}

/** Undefined for a file that could not be read. */
function issueIn(
  severity: Issue['severity'],
  { place, message }: Problem,
  textOf: TextOf,
): Issue | undefined {
  const { line, column } = place
  const source = textOf(place)
  return source && { severity, line, column, length: 1, path: '', message: printable(message), source }
}

function unreadable({ message }: Problem, network: LoadResult['network']): Issue | undefined {
  return network?.issueAt(['chatgpt', 'openapi'], `this document cannot be read: ${message}`)
}

/** A document may be somebody else's, and a terminal obeys control characters. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?')
}
