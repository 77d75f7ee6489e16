import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadWhole } from '../../src/config/load-whole.ts'
import { createSourceReader } from '../../src/openapi/source-reader.ts'
import { translate } from '../../src/openapi/translation.ts'
import { fileOf } from '../support/openapi.ts'
import { invalidityOf, operationsIn, type PublishedResult, resultOf, yamlOf } from '../support/published.ts'
import { differences } from '../support/published-check.ts'

/** Public documents, which are large and not ours: they are used where somebody has put them. */
const folder = join(import.meta.dirname, '../../../shared/openapi')
const documents = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:json|ya?ml)$/.test(name))
      .filter((name) => !name.includes('/') || name.endsWith('spec/swagger.yaml'))
      .sort()
  : []

/** Of these nothing can be published: no paths, no document, and operations that are all in other files. */
const without = [
  'chatgpt-retrieval-ai-plugin-oauth.json',
  'webhook-3.1.yaml',
  'digitalocean-root-3.0.yaml',
  // Its references lead out of its folder.
  'petstore-separate-2.0/spec/swagger.yaml',
]

const out = mkdtempSync(join(tmpdir(), 'scopegate-published-'))
afterAll(() => rmSync(out, { recursive: true }))

/** The file that `init` writes, with the document published. */
async function fileFor(name: string): Promise<string> {
  const read = await translate(
    createSourceReader(join(folder, name), dirname(join(folder, name))),
    name.startsWith('SYNTHETIC') ? '/v2' : undefined,
  )
  if ('kind' in read) throw new Error(`${name}: ${JSON.stringify(read)}`)
  return `${fileOf(read)}\npublicUrl: https://gw.example.com\n`
}

async function load(name: string, text: string, only?: readonly string[]): Promise<PublishedResult> {
  const file = join(out, 'gateway.yaml')
  const operations = only === undefined ? '' : `, operations: { only: ${JSON.stringify(only)} }`
  const openapi = JSON.stringify(join(folder, name))
  writeFileSync(file, `${text}chatgpt: { openapi: ${openapi}${operations} }\n`)
  return resultOf(await loadWhole(file, {}))
}

/** The ids that the error about too many operations lists, or those that are published. */
function idsOf({ issues, document }: PublishedResult): string[] {
  if (document !== undefined)
    return operationsIn(document).map(({ operation }) => `${operation['operationId']}`)
  const listed = issues.find((issue) => issue.includes('operations would be published')) ?? ''
  return [...listed.matchAll(/([\w-]+) \(\d+\.\d kB\)/g)].map(([, id = '']) => id)
}

/** Those whose body ChatGPT cannot send. */
function faultyIn({ issues }: PublishedResult): string[] {
  return issues.flatMap((issue) => /JSON request body of (\S+) is no object/.exec(issue)?.[1] ?? [])
}

function windows(ids: readonly string[], size: number): string[][] {
  const count = Math.ceil(ids.length / size)
  return Array.from({ length: count }, (_, i) => ids.slice(i * size, (i + 1) * size))
}

async function publishedParts(name: string): Promise<PublishedResult[]> {
  const text = await fileFor(name)
  const whole = await load(name, text)
  const faulty = faultyIn(whole)
  if (whole.document !== undefined) return [whole]
  if (faulty.length > 0) {
    // The others of a small document are not listed anywhere.
    const source = readFileSync(join(folder, name), 'utf8')
    const ids = [...source.matchAll(/operationId: (\S+)/g)].map(([, id = '']) => id)
    const rest = ids.filter((id) => !faulty.includes(id))
    // Those of callbacks are no operations.
    const { issues } = await load(name, text, rest)
    const strangers = issues.flatMap((issue) => /only\.(\d+): no operation/.exec(issue)?.[1] ?? [])
    return [
      await load(
        name,
        text,
        rest.filter((_, i) => !strangers.includes(String(i))),
      ),
    ]
  }
  const parts: PublishedResult[] = []
  for (const ids of windows(idsOf(whole), 30).slice(0, 2)) {
    const first = await load(name, text, ids)
    const refused = faultyIn(first)
    const wanted = ids.filter((id) => !refused.includes(id))
    parts.push(first.document === undefined && wanted.length > 0 ? await load(name, text, wanted) : first)
  }
  return parts
}

describe.skipIf(documents.length === 0)('of the public documents (skipped where they are not)', () => {
  test.each(documents.filter((name) => !without.includes(name)))(
    '%s: what is published is OpenAPI 3.1, and says what the gateway asks for',
    async (name) => {
      const parts = await publishedParts(name)
      expect(parts.length).toBeGreaterThan(0)
      for (const part of parts) {
        const { document, config, issues } = part
        const errors = issues.filter((issue) => !issue.includes(' warning: '))
        if (document === undefined || config === undefined) {
          expect(errors).toEqual([expect.stringMatching(/ChatGPT reads 1000000/)])
          continue
        }
        expect(await invalidityOf(document)).toEqual([])
        expect(await differences(document, config)).toEqual([])
        expect(yamlOf(part)).toEqual(document)
      }
    },
    120_000,
  )
})
