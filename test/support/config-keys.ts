import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { find } from './json-schema.ts'

export type Schema = Readonly<Record<string, unknown>>
export type ConfigKey = { readonly schema: Schema; readonly required: boolean }

const file = join(import.meta.dirname, '../../gateway.schema.json')

/**
 * Every key that a configuration can have, dotted. `*` stands for a chosen name, `routes.*` for a requirement
 * wherever it is written. The keys of `issuers.*` are found under `issuer`.
 */
export function configKeys(): ReadonlyMap<string, ConfigKey> {
  const root: Schema = JSON.parse(readFileSync(file, 'utf8'))
  const keys = new Map<string, ConfigKey>()
  const collect = (schema: Schema, at: string): void => {
    for (const [path, key] of ownKeys(schema, at)) {
      keys.set(path, key)
      if (path === 'apis.*.routes') collect(find(root, '#/$defs/requirement'), 'routes.*')
      else if (path !== 'issuers') collect(key.schema, path)
    }
    for (const form of (schema['anyOf'] ?? []) as Schema[]) collect(form, at)
    for (const named of chosenNames(schema)) collect(named, `${at}.*`)
  }
  collect(root, '')
  return keys
}

/** The schema of what is under chosen names, where there are such. */
function chosenNames({ additionalProperties }: Schema): Schema[] {
  const isSchema = typeof additionalProperties === 'object' && additionalProperties !== null
  return isSchema ? [additionalProperties as Schema] : []
}

function ownKeys(schema: Schema, at: string): [path: string, key: ConfigKey][] {
  const required = (schema['required'] ?? []) as string[]
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>
  return Object.entries(properties).map(([name, below]) => [
    at === '' ? name : `${at}.${name}`,
    { schema: below, required: required.includes(name) },
  ])
}
