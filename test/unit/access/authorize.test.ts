import { describe, expect, test } from 'vitest'
import { type AccessRoute, authorize } from '../../../src/access/authorize.ts'
import type { Decision } from '../../../src/access/decision.ts'
import { receiveTarget } from '../../../src/http/received-target.ts'
import { readRequestHead } from '../../../src/http/request-head.ts'
import { parsePattern } from '../../../src/route/pattern.ts'
import type { Requirement } from '../../../src/route/requirement.ts'
import { createRouteTable } from '../../../src/route/table.ts'
import type { Verification } from '../../../src/token/verification.ts'
import { accessToken } from '../../support/access-token.ts'

type Route = Partial<Pick<AccessRoute, 'websocket' | 'authorization' | 'verifier' | 'discovery'>> & {
  readonly needs: string
}

/** `read` is a scope, `public` and `optional` are themselves. */
function requirementOf(needs: string): Requirement {
  if (needs === 'public') return { kind: 'public' }
  if (needs === 'optional') return { kind: 'optional', where: [] }
  return { kind: 'scopes', anyOf: [[needs]], where: [] }
}

const asked: { readonly token: string; readonly client: string | undefined }[] = []

/** Every token is good for the scope `read`, at once or late. */
function verifying(answer: (verification: Verification) => Verification | Promise<Verification>) {
  return {
    verify(token: string, _nowMs: number, client?: string) {
      asked.push({ token, client })
      return answer({
        verified: true,
        token: accessToken({}, { scopes: new Set(['read']) }),
        cache: 'hit',
      })
    },
  }
}

const known = verifying((verification) => verification)

function ask(
  { needs, verifier = known, websocket = false, discovery, authorization = { kind: 'strip' } }: Route,
  headers: readonly string[] = [],
  raw = '/a',
): Decision<AccessRoute> | Promise<Decision<AccessRoute>> {
  const pattern = parsePattern('/a')
  if (typeof pattern === 'string') throw new Error(pattern)
  const route: AccessRoute = {
    kind: 'route',
    requirement: requirementOf(needs),
    allow: 0,
    clients: undefined,
    api: 'todo',
    verifier,
    websocket,
    discovery,
    authorization,
  }
  const table = createRouteTable<AccessRoute>([
    {
      name: 'todo',
      hosts: [],
      pathPrefix: '',
      distinguishes: [],
      paths: [{ pattern, methods: new Map([['GET', route]]) }],
    },
  ])
  const head = readRequestHead('GET', '1.1', ['Host', 'a.test', ...headers], { headerCount: 100 })
  if ('code' in head) throw new Error(head.detail)
  const target = receiveTarget(raw, head, 1000)
  if ('code' in target) throw new Error(target.detail)
  return authorize(table, { head, target, client: { address: '203.0.113.7', headers: [] }, nowMs: 0 })
}

const outcome = (decision: Decision<AccessRoute> | Promise<Decision<AccessRoute>>) => {
  if (decision instanceof Promise) throw new Error('it waits')
  return decision.outcome === 'allow' ? 'allow' : decision.code
}

const bearer = ['Authorization', 'Bearer abc']
const handshake = [
  ...['Connection', 'Upgrade', 'Upgrade', 'websocket'],
  ...['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version', '13'],
]

describe('the question is answered at once', () => {
  test.each<[string, Route, readonly string[], string, string]>([
    ['no route', { needs: 'public' }, [], '/b', 'not_found'],
    ['a public route', { needs: 'public' }, [], '/a', 'allow'],
    [
      'a public route, whatever the token',
      { needs: 'public' },
      ['Authorization', 'Bearer , ,'],
      '/a',
      'allow',
    ],
    ['an optional route without a token', { needs: 'optional' }, [], '/a', 'allow'],
    [
      'an optional route with a broken one',
      { needs: 'optional' },
      ['Authorization', 'Bearer , ,'],
      '/a',
      'invalid_request',
    ],
    ['no token', { needs: 'read' }, [], '/a', 'token_missing'],
    ['another scheme', { needs: 'read' }, ['Authorization', 'Basic abc'], '/a', 'token_missing'],
    ['a token in the query', { needs: 'read' }, bearer, '/a?access_token=abc', 'invalid_request'],
    ['a token that is enough', { needs: 'read' }, bearer, '/a', 'allow'],
    ['a token that is not', { needs: 'write' }, bearer, '/a', 'insufficient_scope'],
    ['a WebSocket where none may be opened', { needs: 'public' }, handshake, '/a', 'unsupported_upgrade'],
    ['a WebSocket where one may', { needs: 'public', websocket: true }, handshake, '/a', 'allow'],
  ])('%s', (_, route, headers, raw, expected) => {
    expect(outcome(ask(route, headers, raw))).toBe(expected)
  })

  test('credentials that sign a connection in are refused before anything else, where they would be forwarded', () => {
    const ntlm = ['Authorization', 'NTLM abc']
    for (const needs of ['public', 'optional', 'read']) {
      expect(outcome(ask({ needs, authorization: { kind: 'forward' } }, ntlm))).toBe(
        'unsupported_credentials',
      )
      expect(outcome(ask({ needs, authorization: { kind: 'fixed' } }, ntlm))).not.toBe(
        'unsupported_credentials',
      )
    }
  })
})

test('the verifier is asked with the token and the address that takes its turn', () => {
  asked.length = 0
  ask({ needs: 'read' }, bearer)
  expect(asked).toEqual([{ token: 'abc', client: '203.0.113.7' }])
})

test('only a verification that must wait makes the question wait', async () => {
  const late = verifying((verification) => Promise.resolve(verification))
  const decision = ask({ needs: 'read', verifier: late }, bearer)
  expect(decision).toBeInstanceOf(Promise)
  expect((await decision).outcome).toBe('allow')
})

test('a token that is refused is told apart by its code, its detail and when to come again', () => {
  const busy = verifying(() => ({
    verified: false,
    code: 'issuer_unavailable',
    detail: 'No keys',
    retryAfterSeconds: 7,
    tokenKind: 'jwt',
  }))
  expect(ask({ needs: 'read', verifier: busy }, bearer)).toMatchObject({
    outcome: 'refuse',
    code: 'issuer_unavailable',
    detail: 'No keys',
    retryAfterSeconds: 7,
    scopesNeeded: 'read',
  })
})
