import type { OpenApiDocument } from '../document.ts'
import { isMembers, type Members } from '../members.ts'

/** Whether every value that a schema allows is an object. */
export type KindOfSchema = 'object' | 'other' | 'unknown'

/** Schemas that are looked at. */
const mostSchemas = 1000

export function kindOfSchema(schema: unknown, document: Pick<OpenApiDocument, 'follow'>): KindOfSchema {
  const known = new Map<unknown, KindOfSchema>()

  function kindOf(value: unknown): KindOfSchema {
    const found = document.follow(value)
    if (!isMembers(found) || known.size > mostSchemas) return 'unknown'
    // Each once, or a few that are made of each other would take exponential time.
    const before = known.get(found)
    if (before !== undefined) return before
    // A schema that is part of itself says nothing more about itself.
    known.set(found, 'unknown')
    const kind = byType(found) ?? byParts(found)
    known.set(found, kind)
    return kind
  }

  function byParts(found: Members): KindOfSchema {
    const all = partsOf(found['allOf']).map(kindOf)
    const one = [...partsOf(found['oneOf']), ...partsOf(found['anyOf'])].map(kindOf)
    if (all.includes('other') || one.includes('other')) return 'other'
    if (all.includes('object') || objectKeywords.some((key) => found[key] !== undefined)) return 'object'
    return one.length > 0 && one.every((kind) => kind === 'object') ? 'object' : 'unknown'
  }

  return kindOf(schema)
}

function byType({ type }: Members): KindOfSchema | undefined {
  if (type === undefined) return undefined
  const types = (Array.isArray(type) ? type : [type]).filter((name) => name !== 'null')
  return types.length > 0 && types.every((name) => name === 'object') ? 'object' : 'other'
}

const objectKeywords = ['properties', 'additionalProperties', 'patternProperties', 'required']

function partsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
