import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { find } from './json-schema.ts'

export type Schema = Readonly<Record<string, unknown>>
export type ConfigKey = { readonly schema: Schema; readonly required: boolean }

const file = join(import.meta.dirname, '../../gateway.schema.json')

/**
 * Every key that a configuration can have, dotted. `*` stands for a chosen name, `routes.*` for a requirement wherever it
 * stands; what stands under `issuers.*` is found under `issuer`.
 */
export function configKeys(): ReadonlyMap<string, ConfigKey> {
  const root: Schema = JSON.parse(readFileSync(file, 'utf8'))
  const keys = new Map<string, ConfigKey>()
  const collect = (schema: Schema, at: string): void => {
    const required = (schema['required'] ?? []) as string[]
    for (const [name, below] of Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)) {
      const key = at === '' ? name : `${at}.${name}`
      keys.set(key, { schema: below, required: required.includes(name) })
      if (key === 'apis.*.routes') collect(find(root, '#/$defs/requirement'), 'routes.*')
      else if (key !== 'issuers') collect(below, key)
    }
    for (const form of (schema['anyOf'] ?? []) as Schema[]) collect(form, at)
    const named = schema['additionalProperties']
    if (typeof named === 'object' && named !== null) collect(named as Schema, `${at}.*`)
  }
  collect(root, '')
  return keys
}
