import { gatewayFileText } from '../../src/commands/init/gateway-file.ts'
import { type OpenApiDocument, openDocument } from '../../src/openapi/document.ts'
import { type Problem, placeText } from '../../src/openapi/place.ts'
import type { SourceReader } from '../../src/openapi/source-reader.ts'
import { type Translation, translate } from '../../src/openapi/translation.ts'

/** Files of a document by name, the document itself as `api.yaml`. */
export type Files = Readonly<Record<string, string>>

/** Reads from memory. */
export function sourcesOf(files: Files | string, start = 'file:///api.yaml'): SourceReader {
  const known: Files = typeof files === 'string' ? { 'api.yaml': files } : files
  const nameOf = (location: URL) => location.pathname.slice(1)
  return {
    start: new URL(start),
    nameOf,
    read: async (location) => {
      const text = known[nameOf(location)]
      return text === undefined ? { fault: 'no such file' } : { text }
    },
  }
}

export async function documentOf(files: Files | string): Promise<OpenApiDocument> {
  const opened = await openDocument(sourcesOf(files))
  if (opened.document === undefined) throw new Error(problemTexts(opened.problems).join('\n'))
  return opened.document
}

export async function translated(files: Files | string, server?: string): Promise<Translation> {
  const read = await translate(sourcesOf(files), server)
  if (!('kind' in read)) return read
  throw new Error(
    read.kind === 'fault' ? problemTexts(read.problems).join('\n') : JSON.stringify(read.servers),
  )
}

export function problemTexts(problems: readonly Problem[]): string[] {
  return problems.map(({ place, message }) => `${placeText(place)} ${message}`)
}

/** The head of a document that names one OAuth scheme, `o`, and nothing else. */
export const head = `openapi: 3.1.0
components: { securitySchemes: { o: { type: oauth2, flows: {} }, key: { type: apiKey } } }
`

/** The file that `init` would write. */
export function fileOf({ routes, leftOut }: Translation): string {
  return gatewayFileText({
    ...{ name: 'api', resource: 'https://api.test/', upstream: 'http://up.test:3000' },
    ...{ logto: 'https://tenant.logto.app', source: undefined, routes, leftOut },
  })
}

/** The routes of the file, as it has them: a line for each path and for each method of it. */
export async function routesOf(files: Files | string, server?: string): Promise<string> {
  const text = fileOf(await translated(files, server))
  return text
    .slice(text.indexOf('routes:'))
    .split('\n')
    .slice(1, -1)
    .map((line) => line.slice(6))
    .join('\n')
}
