import { describe, expect, it } from 'vitest'
import { type DecidedRoute, decide } from '../../../src/access/decision.ts'
import type { Condition, Requirement } from '../../../src/route/requirement.ts'
import type { AccessToken } from '../../../src/token/access-token.ts'
import { accessToken } from '../../support/access-token.ts'

type Held = { readonly scopes?: string; readonly clientId?: string; readonly claims?: object }

function token({ scopes = '', clientId, claims }: Held = {}): AccessToken {
  return accessToken(claims, { scopes: new Set(scopes.split(' ')), clientId })
}

const scopes = (anyOf: readonly string[], where: readonly Condition[] = []): Requirement => ({
  kind: 'scopes',
  anyOf: anyOf.map((set) => set.split(' ')),
  where,
})

function ask(requirement: Requirement, held: Held, more: { clients?: string[]; path?: string } = {}) {
  const clients = more.clients && new Set(more.clients)
  const route: DecidedRoute = { requirement, clients }
  return decide(route, token(held), more.path ?? '/')?.code ?? 'enough'
}

describe('scopes', () => {
  it.each([
    ['read', 'read', 'enough'],
    ['read', 'write read admin', 'enough'],
    ['read write', 'write read', 'enough'],
    ['read write', 'read', 'insufficient_scope'],
    ['read', '', 'insufficient_scope'],
    ['read', 'reader READ read:all', 'insufficient_scope'],
    ['read read', 'read', 'enough'],
  ])('a route that needs %j and a token that holds %j: %s', (needed, held, outcome) => {
    expect(ask(scopes([needed]), { scopes: held })).toBe(outcome)
  })

  it.each([
    ['admin', 'enough'],
    ['read audit', 'enough'],
    ['read', 'insufficient_scope'],
    ['audit', 'insufficient_scope'],
    ['write audit', 'insufficient_scope'],
  ])('one of the sets must be held in full: %j is %s', (held, outcome) => {
    expect(ask(scopes(['admin', 'read audit']), { scopes: held })).toBe(outcome)
  })
})

describe('the detail of a missing scope', () => {
  const detail = (anyOf: readonly string[], held: string) =>
    decide({ requirement: scopes(anyOf), clients: undefined }, token({ scopes: held }), '/')?.detail

  it.each([
    [['write'], 'read', 'the scope write; the access token holds read'],
    [['write'], '', 'the scope write; the access token holds none'],
    [['read write'], 'read audit', 'the scopes read write; the access token holds read audit'],
    [
      ['admin', 'read audit'],
      'read',
      'the scope admin or the scopes read audit; the access token holds read',
    ],
  ])('names all alternatives of %j and what is held: %j', (anyOf, held, text) => {
    expect(detail(anyOf, held)).toBe(`This route needs ${text}`)
  })

  it('is one text for each requirement and set of scopes', () => {
    const route = { requirement: scopes(['write']), clients: undefined }
    const held = token({ scopes: 'read' })
    expect(decide(route, held, '/')).toBe(decide(route, held, '/'))
    expect(decide(route, token({ scopes: 'audit' }), '/')?.detail).toMatch(/holds audit$/)
  })

  it('stays short and fit for a challenge, however many and long the scopes are', () => {
    const many = Array.from({ length: 500 }, (_, i) => `scope:${i}`).join(' ')
    expect(detail(['write'], many)).toMatch(/holds scope:0 scope:1 (?:scope:\d+ )+and 4\d\d more$/)
    expect(detail(['write'], many)?.length).toBeLessThan(300)
    expect(detail(['write'], 'x'.repeat(300))).toMatch(/holds 1 others$/)
  })
})

describe('without scopes', () => {
  it('a public route asks nothing, not even whose client it is', () => {
    expect(ask({ kind: 'public' }, {}, { clients: ['app1'] })).toBe('enough')
  })

  it.each(['authenticated', 'optional'] as const)('a token without scopes is enough when %s', (kind) => {
    expect(ask({ kind, where: [] }, {})).toBe('enough')
  })
})

describe('clients', () => {
  const needsRead = scopes(['read'])

  it.each([
    ['app1', 'enough'],
    ['app2', 'condition_failed'],
    ['APP1', 'condition_failed'],
    ['', 'condition_failed'],
    [undefined, 'condition_failed'],
  ])('a token of %j at an API for app1: %s', (clientId, outcome) => {
    const held = { scopes: 'read', ...(clientId !== undefined && { clientId }) }
    expect(ask(needsRead, held, { clients: ['app1', 'app3'] })).toBe(outcome)
  })

  it('a missing scope is told before a client that is not listed', () => {
    expect(ask(needsRead, { clientId: 'app2' }, { clients: ['app1'] })).toBe('insufficient_scope')
  })

  it('without a list any client is taken, and none too', () => {
    expect(ask(needsRead, { scopes: 'read', clientId: 'app9' })).toBe('enough')
    expect(ask(needsRead, { scopes: 'read' })).toBe('enough')
  })
})

describe('where with values', () => {
  const where = (claim: string, ...values: (string | number | boolean)[]): Requirement => ({
    kind: 'authenticated',
    where: [{ claim, expected: { values } }],
  })

  it.each<[Requirement, object, string]>([
    [where('tier', 'gold'), { tier: 'gold' }, 'enough'],
    [where('tier', 'gold'), { tier: 'Gold' }, 'condition_failed'],
    [where('tier', 'gold'), { tier: 'gold ' }, 'condition_failed'],
    [where('tier', 'gold', 'silver'), { tier: 'silver' }, 'enough'],
    [where('tier', 'gold', 'silver'), { tier: 'bronze' }, 'condition_failed'],
    [where('level', 1), { level: 1 }, 'enough'],
    [where('level', 1), { level: '1' }, 'condition_failed'],
    [where('level', '1'), { level: 1 }, 'condition_failed'],
    [where('level', 1), { level: true }, 'condition_failed'],
    [where('verified', true), { verified: true }, 'enough'],
    [where('verified', true), { verified: 'true' }, 'condition_failed'],
    [where('verified', false), { verified: false }, 'enough'],
    [where('verified', false), {}, 'condition_failed'],
    [where('verified', false), { verified: null }, 'condition_failed'],
    [where('verified', false), { verified: 0 }, 'condition_failed'],
  ])('%j and %j: %s', (requirement, claims, outcome) => {
    expect(ask(requirement, { claims })).toBe(outcome)
  })

  it.each<[object, string]>([
    [{ roles: ['editor', 'admin'] }, 'enough'],
    [{ roles: ['editor'] }, 'condition_failed'],
    [{ roles: [] }, 'condition_failed'],
    [{ roles: ['administrator'] }, 'condition_failed'],
    [{ roles: [['admin']] }, 'condition_failed'],
    [{ roles: { 0: 'admin' } }, 'condition_failed'],
    [{ roles: 'editor admin' }, 'condition_failed'],
  ])('an array claim must contain the value: %j is %s', (claims, outcome) => {
    expect(ask(where('roles', 'admin'), { claims })).toBe(outcome)
  })

  it('an array claim is typed too', () => {
    expect(ask(where('ids', 7), { claims: { ids: [7] } })).toBe('enough')
    expect(ask(where('ids', 7), { claims: { ids: ['7'] } })).toBe('condition_failed')
  })

  it('every condition must be met', () => {
    const requirement = scopes(
      ['read'],
      [
        { claim: 'tier', expected: { values: ['gold'] } },
        { claim: 'roles', expected: { values: ['admin'] } },
      ],
    )
    const held = (claims: object) => ask(requirement, { scopes: 'read', claims })
    expect(held({ tier: 'gold', roles: ['admin'] })).toBe('enough')
    expect(held({ tier: 'gold' })).toBe('condition_failed')
    expect(held({ roles: ['admin'] })).toBe('condition_failed')
  })

  it('a missing scope is told before a condition that is not met', () => {
    const requirement = scopes(['read'], [{ claim: 'tier', expected: { values: ['gold'] } }])
    expect(ask(requirement, {})).toBe('insufficient_scope')
  })
})

describe('the claim that where names', () => {
  const where = (claim: string): Requirement => ({
    kind: 'authenticated',
    where: [{ claim, expected: { values: ['x'] } }],
  })

  it('is tried as a whole name before its dots are read as nesting', () => {
    expect(ask(where('https://example.com/role'), { claims: { 'https://example.com/role': 'x' } })).toBe(
      'enough',
    )
    expect(ask(where('user.id'), { claims: { user: { id: 'x' } } })).toBe('enough')
    expect(ask(where('user.id'), { claims: { 'user.id': 'y', user: { id: 'x' } } })).toBe('condition_failed')
  })

  it.each<[string, object]>([
    ['user.id', { user: 'x' }],
    ['user.id', { user: null }],
    ['user.0', { user: ['x'] }],
    ['user.length', { user: ['x'] }],
    ['user.id.more', { user: { id: 'x' } }],
  ])('%j is missing in %j', (claim, claims) => {
    expect(ask(where(claim), { claims })).toBe('condition_failed')
  })

  it.each(['constructor', '__proto__', 'toString', 'user.constructor.name', 'user.__proto__'])(
    '%j is not found in what objects inherit',
    (claim) => {
      const requirement: Requirement = {
        kind: 'authenticated',
        where: [{ claim, expected: { values: ['Object', 'x'] } }],
      }
      const held = token()
      const inherited = { ...held, claims: { user: {} } }
      expect(decide({ requirement, clients: undefined }, inherited, '/')?.code).toBe('condition_failed')
    },
  )
})

describe('where with a path parameter', () => {
  const own = (segment: number): Requirement => ({
    kind: 'authenticated',
    where: [{ claim: 'sub', expected: { param: 'id', segment } }],
  })

  it.each<[string, number, unknown, string]>([
    ['/users/u1', 1, 'u1', 'enough'],
    ['/users/u1/photos', 1, 'u1', 'enough'],
    ['/u1', 0, 'u1', 'enough'],
    ['/users/u2', 1, 'u1', 'condition_failed'],
    ['/users/U1', 1, 'u1', 'condition_failed'],
    ['/users/u1', 1, ['u0', 'u1'], 'enough'],
    ['/users/u1', 1, ['u0'], 'condition_failed'],
    ['/users/7', 1, '7', 'enough'],
    ['/users/7', 1, 7, 'condition_failed'],
    ['/users/a%20b', 1, 'a b', 'enough'],
    ['/users/caf%C3%A9', 1, 'café', 'enough'],
    ['/users/a%2Fb', 1, 'a/b', 'enough'],
    ['/users/a%252Fb', 1, 'a%2Fb', 'enough'],
    ['/users/a%20b', 1, 'a%20b', 'condition_failed'],
    ['/users/%FF', 1, '%FF', 'condition_failed'],
    ['/users/%FF', 1, '\ufffd', 'condition_failed'],
    ['/users/', 1, '', 'condition_failed'],
    ['/users', 1, '', 'condition_failed'],
    ['/users', 1, undefined, 'condition_failed'],
  ])('%s, segment %i, and %j: %s', (path, segment, sub, outcome) => {
    expect(ask(own(segment), { claims: { sub } }, { path })).toBe(outcome)
  })

  it.each([
    ['/users/u-alice.json', 'alice', 'enough'],
    ['/users/u-a%20b.json', 'a b', 'enough'],
    ['/users/u-alice.json', 'u-alice.json', 'condition_failed'],
    ['/users/u-alice.json', 'alice.json', 'condition_failed'],
  ])('%s, with literals around the parameter, and %j: %s', (path, sub, outcome) => {
    const expected = { param: 'id', segment: 1, affix: { prefix: 2, suffix: 5 } }
    const requirement: Requirement = { kind: 'authenticated', where: [{ claim: 'sub', expected }] }
    expect(ask(requirement, { claims: { sub } }, { path })).toBe(outcome)
  })

  it('a token without the claim never meets it', () => {
    expect(ask(own(1), {}, { path: '/users/undefined' })).toBe('condition_failed')
  })
})

describe('why a token is not enough', () => {
  const because = (requirement: Requirement, held: Held, clients?: ReadonlySet<string>) =>
    decide({ requirement, clients }, token(held), '/')

  it('is told in different words for each reason, and never with a claim of the token', () => {
    const secret = { scopes: 'secret-scope', clientId: 'secret-client', claims: { tier: 'secret-claim' } }
    const reasons = [
      because(scopes(['write']), secret),
      because({ kind: 'authenticated', where: [] }, secret, new Set(['app1'])),
      because({ kind: 'authenticated', where: [{ claim: 'tier', expected: { values: ['gold'] } }] }, secret),
    ].map((shortfall) => shortfall?.detail ?? '')
    expect(new Set(reasons).size).toBe(3)
    for (const detail of reasons) expect(detail).toMatch(/^[A-Z][ -~]+$/)
    expect(reasons.slice(1).join()).not.toContain('secret')
  })
})

describe('an opaque token', () => {
  const route = { requirement: scopes(['read']), clients: new Set(['app1']) }
  const held = (kind: AccessToken['kind'], clientId?: string) =>
    decide(route, accessToken({}, { kind, clientId }), '/')

  it('of a client that is not listed is refused for that, since it was not exchanged because of it', () => {
    expect(held('opaque', 'app2')?.code).toBe('condition_failed')
  })
  it('that holds no scope is told what would help', () => {
    expect(held('opaque', 'app1')).toMatchObject({
      code: 'insufficient_scope',
      detail: expect.stringMatching(/the scope read; an opaque .*tokens\.opaque: exchange/),
    })
  })
  it('that is a personal access token names no client, and needs none', () => {
    const token = accessToken({}, { kind: 'personal', scopes: new Set(['read']) })
    expect(decide(route, token, '/')).toBeUndefined()
    expect(decide(route, { ...token, kind: 'exchanged' }, '/')?.code).toBe('condition_failed')
  })
})
