import type { OpenApiDocument } from '../document.ts'
import { isMembers } from '../members.ts'
import type { ComponentSchemas } from './component-schemas.ts'
import type { Repairs } from './repairs.ts'

/** Names in one message. */
const mostNamed = 5

/** Tells of schemas that no operation of the document refers to, whether it is published or not. */
export function tellUnusedSchemas(
  document: OpenApiDocument,
  written: ComponentSchemas,
  repairs: Repairs,
): void {
  const schemas = schemasOf(document)
  const used = usedBy(document.root['paths'], document)
  const unused = Object.keys(schemas).filter((name) => {
    const schema = schemas[name]
    return typeof schema === 'object' && schema !== null && !used.has(schema) && !written.has(schema)
  })
  const [first] = unused
  if (first === undefined) return
  const names = unused.slice(0, mostNamed).join(', ')
  const more = unused.length > mostNamed ? ` and ${unused.length - mostNamed} more` : ''
  const message = `no operation refers to ${names}${more}, which ${unused.length === 1 ? 'is' : 'are'} left out`
  repairs.tell(document.placeOf(schemas, first), message)
}

function schemasOf({ root, version, follow }: OpenApiDocument) {
  const components = follow(root['components'])
  const written = version === '2.0' ? root['definitions'] : isMembers(components) && components['schemas']
  const schemas = follow(written)
  return isMembers(schemas) ? schemas : {}
}

/** Every object that is a part of this one, or that it refers to. */
function usedBy(start: unknown, document: OpenApiDocument): ReadonlySet<object> {
  const seen = new Set<object>()
  const open = [start]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null || seen.has(next)) continue
    seen.add(next)
    const reference = isMembers(next) ? next['$ref'] : undefined
    if (typeof reference === 'string') open.push(document.find(reference, next))
    for (const member of Object.values(next)) if (typeof member === 'object') open.push(member)
  }
  return seen
}
