import type { ApiConfig, Config } from '../config/config.ts'
import {
  type Comparison,
  compareWithRoutes,
  type ListedMethod,
  type ListedPath,
} from '../openapi/comparison.ts'
import { operationName } from '../openapi/operation.ts'
import { type Problem, placeText } from '../openapi/place.ts'
import { createSourceReader } from '../openapi/source-reader.ts'
import { type Translation, translate } from '../openapi/translation.ts'
import { contains } from '../route/pattern-set.ts'
import { printableLine } from './init/printable-line.ts'

export type CompareOptions = { readonly openapi: string; readonly server?: string; readonly root?: string }

/**
 * `scopegate check --openapi`: says where the routes of a configuration and the operations of a document
 * differ. Resolves to the exit status: 0 nowhere, 2 somewhere, 1 where the document cannot be read.
 */
export async function compareWithDocument(
  fileName: string,
  config: Config,
  { openapi, server, root }: CompareOptions,
): Promise<number> {
  const read = await translate(createSourceReader(openapi, root), server)
  if ('kind' in read) return fail(read.kind === 'fault' ? read.problems.map(problemText) : [severalServers])
  const found = compareWithRoutes(
    read,
    config.apis.filter((api) => isMeant(api, read, config)).flatMap(pathsOf),
  )
  const lines = differences(found)
  print(process.stderr, read.problems.map(problemText))
  if (lines.length === 0) {
    print(process.stdout, [`${fileName} and ${openapi} let the same requests through`])
    return 0
  }
  print(process.stderr, [`${fileName} and ${openapi} differ`, ...lines])
  return 2
}

const severalServers =
  'the document names several servers whose paths differ: say with --server which one the upstream has'

/** Beside other APIs, one is meant that serves an operation of the document. */
function isMeant(api: ApiConfig, { placed }: Translation, { apis }: Config): boolean {
  if (apis.length === 1) return true
  const forms = placed.flatMap(({ forms: { patterns } }) => patterns)
  return api.paths.some(({ pattern }) => forms.some((form) => contains(pattern.segments, form.segments)))
}

function pathsOf({ paths }: ApiConfig): readonly ListedPath[] {
  return paths
}

function differences({ withoutRoute, withoutOperation, wider }: Comparison): string[] {
  return [
    ...section(
      'Operations without a route',
      withoutRoute.map(({ operation, why }) => {
        const name = `${placeText(operation.place)} ${operationName(operation)}`
        return why === undefined ? name : `${name}: ${why}`
      }),
    ),
    ...section('Routes without an operation', withoutOperation.map(routeName)),
    ...section(
      'Routes wider than their operations',
      wider.map((each) => {
        const { operation, why } = each
        return `${routeName(each)}: ${why}: ${placeText(operation.place)} ${operationName(operation)}`
      }),
    ),
  ]
}

function routeName({ method, pattern }: ListedMethod): string {
  return `${method} ${pattern.text}`
}

function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${heading}:`, ...lines.map((line) => `  ${line}`)]
}

function problemText({ place, message }: Problem): string {
  return `${placeText(place)} ${message}`
}

function fail(lines: readonly string[]): number {
  print(process.stderr, lines)
  return 1
}

function print(stream: NodeJS.WriteStream, lines: readonly string[]): void {
  stream.write(lines.map((line) => `${printableLine(line)}\n`).join(''))
}
