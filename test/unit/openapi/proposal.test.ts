import { describe, expect, test } from 'vitest'
import { proposedRequirement } from '../../../src/openapi/proposal.ts'

function proposals(...operations: [method: string, template: string][]): string[] {
  const list = operations.map(([method, template]) => ({ method, template }))
  const propose = proposedRequirement(list)
  return list.map((operation) => {
    const requirement = propose(operation)
    return requirement.kind === 'scopes' ? requirement.anyOf.flat().join() : requirement.kind
  })
}

describe('where a document says nothing, it is proposed', () => {
  test('by method', () => {
    const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']
    expect(proposals(...methods.map((method): [string, string] => [method, '/a']))).toEqual([
      ...['read', 'read', 'read', 'write', 'write', 'write', 'write'],
    ])
  })

  test('by name, where nearly all are POST with dotted names', () => {
    const names = [
      '/chat.list',
      '/chat.get',
      '/users.info',
      '/x.search',
      '/query',
      '/chat.delete',
      '/chat.getMore',
    ]
    expect(proposals(...names.map((name): [string, string] => ['POST', name]))).toEqual([
      ...['read', 'read', 'read', 'read', 'read', 'write', 'write'],
    ])
  })

  test('by method, where only some are POST', () => {
    expect(proposals(['POST', '/chat.list'], ['GET', '/chat.get'])).toEqual(['write', 'read'])
  })
})
