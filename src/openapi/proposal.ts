import type { Requirement } from '../route/requirement.ts'
import type { Operation } from './operation.ts'

type Asked = Pick<Operation, 'method' | 'template'>

/**
 * Proposes `read` or `write`, by its method, for an operation of which the document does not say who may call
 * it. Where nearly every operation is a POST the method says nothing, and the name decides.
 */
export function proposedRequirement(operations: readonly Asked[]): (operation: Asked) => Requirement {
  const isRead = isRpc(operations) ? readsByName : readsByMethod
  return (operation) => (isRead(operation) ? read : write)
}

const read: Requirement = { kind: 'scopes', anyOf: [['read']], where: [] }
const write: Requirement = { kind: 'scopes', anyOf: [['write']], where: [] }

function readsByMethod({ method }: Asked): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes(method)
}

/** Everything else writes: a name that nobody knows must not need too little. */
function readsByName(operation: Asked): boolean {
  return readsByMethod(operation) || /(?:[./](?:list|get|info|search)|\/query)$/i.test(operation.template)
}

/** Nine of ten operations are a POST, and most names have a dot or are one of those that read. */
function isRpc(operations: readonly Asked[]): boolean {
  const posts = operations.filter(({ method }) => method === 'POST')
  const named = posts.filter(({ template }) => /\.[^/]*$|\/(?:query|search)$/i.test(template))
  return posts.length >= operations.length * 0.9 && named.length > posts.length / 2
}
