import { describe, expect, it } from 'vitest'
import type { Decision } from '../../../src/access/decision.ts'
import type { CompiledRoute } from '../../../src/gateway/compile-route.ts'
import { decisionFacts } from '../../../src/gateway/visit.ts'
import type { AccessToken } from '../../../src/token/access-token.ts'

// As much of either as the log reads.
const route = { api: 'todo', pattern: '/todos', scopesNeeded: 'write' } as CompiledRoute
const token = {
  kind: 'jwt',
  subject: 'alice',
  clientId: 'app',
  scopes: new Set(['read', 'admin']),
} as unknown as AccessToken

const factsOf = (decision: Decision<CompiledRoute>) => decisionFacts(decision, 1.5)
const refused = { outcome: 'refuse', code: 'not_found', detail: 'Why not' } as const

describe('the log says of a decision', () => {
  it('its route, and who was allowed with what', () => {
    expect(factsOf({ outcome: 'allow', route, token, cache: 'hit' })).toEqual({
      outcome: 'allow',
      authMs: 1.5,
      cache: 'hit',
      api: 'todo',
      route: '/todos',
      scopesNeeded: 'write',
      tokenKind: 'jwt',
      sub: 'alice',
      clientId: 'app',
      scopesHeld: 'read admin',
    })
  })

  it('nobody where no token was looked at', () => {
    expect(factsOf({ outcome: 'allow', route })).toMatchObject({
      api: 'todo',
      sub: undefined,
      scopesHeld: undefined,
      tokenKind: undefined,
      cache: undefined,
    })
  })

  it('who was refused, when the token was good but not enough', () => {
    expect(factsOf({ ...refused, route, token, tokenKind: 'jwt' })).toMatchObject({
      outcome: 'refuse',
      sub: 'alice',
      scopesHeld: 'read admin',
      scopesNeeded: 'write',
    })
  })

  it('the kind of a token that was not good, and nothing that it says', () => {
    expect(factsOf({ ...refused, route, tokenKind: 'opaque' })).toMatchObject({
      tokenKind: 'opaque',
      sub: undefined,
      clientId: undefined,
      scopesHeld: undefined,
    })
  })

  it('the API and the path where those are known but no route is', () => {
    expect(factsOf({ ...refused, api: 'todo', pattern: '/todos' })).toMatchObject({
      api: 'todo',
      route: '/todos',
      scopesNeeded: undefined,
    })
    expect(factsOf(refused)).toMatchObject({ api: undefined, route: undefined })
  })
})
