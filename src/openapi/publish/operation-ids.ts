import { createHash } from 'node:crypto'
import type { Operation } from '../operation.ts'

/** ChatGPT takes no other. */
const legal = /^[A-Za-z0-9_-]{1,64}$/
const longest = 64

/**
 * The id under which each operation is published: its own, or one that is made of its method and path where
 * that is missing, illegal, or another's too. It does not depend on the order of the document, nor on which
 * other operations are published.
 */
export function operationIds(operations: readonly Operation[]): ReadonlyMap<Operation, string> {
  const counts = countOf(operations.map(({ id }) => id))
  const isKept = ({ id }: Operation) => id !== undefined && legal.test(id) && counts.get(id) === 1
  const ids = new Map(operations.map((each) => [each, isKept(each) ? (each.id ?? '') : madeOf(each)]))
  const made = countOf([...ids.values()])
  const taken = new Set(operations.filter(isKept).map(({ id }) => id))
  for (const [operation, id] of ids) {
    if (isKept(operation)) continue
    const unique = made.get(id) === 1 ? id : withDigest(id, operation)
    ids.set(operation, free(unique, taken))
  }
  return ids
}

/** Why an operation does not keep its id; undefined where it does. */
export function idFault(operation: Operation, operations: readonly Operation[]): string | undefined {
  const { id } = operation
  if (id === undefined) return 'it has no operationId'
  if (!legal.test(id)) return 'its operationId is not made of at most 64 letters, digits, _ and -'
  return operations.some((other) => other !== operation && other.id === id)
    ? `another operation has the operationId ${id}, too`
    : undefined
}

function countOf(ids: readonly (string | undefined)[]): ReadonlyMap<string | undefined, number> {
  const counts = new Map<string | undefined, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

/** `get_todos_id` for `GET /todos/{id}`. */
function madeOf(operation: Operation): string {
  const { method, template } = operation
  const words = `${method.toLowerCase()} ${template}`.match(/[A-Za-z0-9]+/g) ?? []
  const id = words.length === 1 ? `${words[0]}_root` : words.join('_')
  return id.length > longest ? withDigest(id, operation) : id
}

function withDigest(id: string, { method, template }: Operation): string {
  const digest = createHash('sha256').update(`${method} ${template}`).digest('hex').slice(0, 10)
  return `${id.slice(0, longest - digest.length - 1)}_${digest}`
}

/** Two operations of one method and path can be in a document, whose second one counts on. */
function free(id: string, taken: Set<string | undefined>): string {
  let unique = id
  for (let count = 2; taken.has(unique); count++) {
    const end = `_${count}`
    unique = `${id.slice(0, longest - end.length)}${end}`
  }
  taken.add(unique)
  return unique
}
