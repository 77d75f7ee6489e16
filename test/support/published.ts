import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { onTestFinished } from 'vitest'
import { parse } from 'yaml'
import type { Config } from '../../src/config/config.ts'
import type { LoadResult } from '../../src/config/load.ts'
import { loadWhole } from '../../src/config/load-whole.ts'
import type { Files } from './openapi.ts'

type Json = Readonly<Record<string, unknown>>

/** The document that a configuration publishes, read again, and all that was said about it. */
export type PublishedResult = {
  readonly config: Config | undefined
  readonly json: string
  /** Undefined where it is not published. */
  readonly document: Json | undefined
  /** `file:line:column: message`, warnings with a mark; without the file for the configuration itself. */
  readonly issues: readonly string[]
  readonly files: LoadResult['files']
}

/** A file whose document is `api.yaml` beside it. */
export function gatewayFile(routes: string, chatgpt = '', more = ''): string {
  return `issuer: { logto: https://tenant.logto.app }
publicUrl: https://gw.example.com
apis:
  todo:
    resource: https://gw.example.com/todo
    upstream: http://127.0.0.1:9
    ${more}
    routes: ${routes}
chatgpt: { openapi: api.yaml${chatgpt && `, ${chatgpt}`} }
`
}

/** Loads the files in a folder of their own, `gateway.yaml` with all that it publishes. */
export async function publishedBy(gateway: string, files: Files | string): Promise<PublishedResult> {
  const folder = mkdtempSync(join(tmpdir(), 'scopegate-published-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const all = typeof files === 'string' ? { 'api.yaml': files } : files
  for (const [name, text] of Object.entries({ ...all, 'gateway.yaml': gateway }))
    writeFileSync(join(folder, name), text)
  return resultOf(await loadWhole(join(folder, 'gateway.yaml'), {}))
}

export function resultOf({ config, issues, files }: LoadResult): PublishedResult {
  const { json } = config?.chatgpt?.document ?? {}
  const text = json === undefined ? '' : Buffer.from(json.bytes).toString('utf8')
  return {
    config,
    json: text,
    document: text === '' ? undefined : JSON.parse(text),
    files,
    issues: issues.map(({ severity, line, column, path, message, source }) => {
      const file = source?.fileName.replace(/^.*\//, '')
      const where = file === undefined ? path : `${file}:${line}:${column}`
      return `${where}:${severity === 'warning' ? ' warning:' : ''} ${message}`
    }),
  }
}

const ajv = new Ajv2020({ strict: false, validateFormats: false })

/**
 * Why this is no OpenAPI 3.1, as others see it: the schema of OpenAPI, that of each JSON Schema, references
 * that lead nowhere, and ids and paths that stand twice.
 */
export async function invalidityOf(document: Json): Promise<string[]> {
  const { valid, errors } = await new Validator().validate(document)
  return [
    // A property of this name is taken for the keyword.
    ...(valid || String(errors).startsWith("$id : '[object Object]'")
      ? []
      : [JSON.stringify(errors).slice(0, 1000)]),
    ...schemasIn(document).flatMap((schema) => {
      if (ajv.validateSchema(schema as object) === true) return []
      return [`${JSON.stringify(schema).slice(0, 300)}: ${ajv.errorsText(ajv.errors)}`]
    }),
    ...danglingIn(document),
    ...doublesOf(operationsIn(document).map(({ operation }) => String(operation['operationId']))),
    ...doublesOf(Object.keys(document['paths'] as Json).map((path) => path.replace(/\{[^}]*\}/g, '{}'))),
  ]
}

function doublesOf(names: readonly string[]): string[] {
  return names.filter((name, i) => names.indexOf(name) < i).map((name) => `${name} stands twice`)
}

/** Every schema that no other one holds. */
function schemasIn(document: Json): unknown[] {
  const found: unknown[] = Object.values((document['components'] as Json | undefined)?.['schemas'] ?? {})
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, member] of Object.entries(value)) {
      if (key === 'schema') found.push(member)
      else if (key !== 'example' && key !== 'examples') look(member)
    }
  }
  look(document['paths'])
  return found
}

function danglingIn(document: Json): string[] {
  const schemas = ((document['components'] as Json | undefined)?.['schemas'] ?? {}) as Json
  const text = JSON.stringify([schemasIn(document)])
  const names = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference = '']) => reference)
  const isKnown = (reference: string) =>
    Object.hasOwn(schemas, reference.replace('#/components/schemas/', ''))
  return [...new Set(names)].filter((name) => !isKnown(name)).map((name) => `${name} leads nowhere`)
}

export type PublishedOperation = {
  readonly method: string
  readonly template: string
  readonly operation: Json
}

export function operationsIn(document: Json): PublishedOperation[] {
  return Object.entries(document['paths'] as Record<string, Json>).flatMap(([template, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      ...{ method: method.toUpperCase(), template },
      operation: operation as Json,
    })),
  )
}

/** The path of a request as ChatGPT makes it of this document: the server's path, with values filled in. */
export function requestPath(document: Json, { template, operation }: PublishedOperation): string {
  const [server] = document['servers'] as { url: string }[]
  const parameters = (operation['parameters'] ?? []) as { name: string; in: string; schema?: Json }[]
  const fill = (name: string) => {
    const found = parameters.find((parameter) => parameter.in === 'path' && parameter.name === name)
    if (found === undefined) throw new Error(`${template} holds {${name}}, which is no parameter`)
    const values = (found.schema?.['enum'] ?? []) as unknown[]
    // The gateway refuses some values, such as a blank, wherever they stand.
    const first = values.find((value) => !Array.isArray(value) && /^\w+$/.test(String(value)))
    return encodeURIComponent(String(first ?? 'v7'))
  }
  const path = template.replace(/\{([^}]*)\}/g, (_, name: string) => fill(name))
  return new URL(server?.url ?? '').pathname.replace(/\/$/, '') + encodeURI(path).replaceAll('%25', '%')
}

/** The sets of scopes that are each enough; undefined where no token is needed. */
export function scopeSets({ operation }: PublishedOperation): readonly (readonly string[])[] | undefined {
  const security = operation['security'] as Record<string, string[]>[]
  if (security.length === 0 || security.some((each) => Object.keys(each).length === 0)) return undefined
  return security.map((each) => each['oauth2'] ?? [])
}

/** The same document in its other language. */
export function yamlOf({ config }: PublishedResult): unknown {
  return parse(Buffer.from(config?.chatgpt?.document?.yaml.bytes ?? []).toString('utf8'))
}
