import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAuthorizeRequest } from '../../src/endpoint/oauth-facade/authorize-request.ts'
import { describable } from '../../src/endpoint/oauth-facade/oauth-error.ts'
import { refusalPage } from '../../src/endpoint/oauth-facade/refusal-page.ts'

const rules = {
  ...{ clients: ['app1'], redirectUris: ['https://app.test/cb'], scopes: ['read', 'write'] },
  ...{ openid: 'drop' as const, refresh: true, resource: 'https://api.test/' },
}

const names = [
  'client_id',
  'redirect_uri',
  'state',
  'response_type',
  'scope',
  'resource',
  'request',
  'prompt',
  'x',
]
const values = [
  'app1',
  'https://app.test/cb',
  'https://evil.test/',
  'code',
  'token',
  'read',
  'openid',
  'https://api.test/',
]
const parameter = fc.tuple(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, fc.string()),
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...values) }, fc.string({ unit: 'binary' })),
)
const good = 'client_id=app1&redirect_uri=https://app.test/cb&state=s&response_type=code'
const query = fc
  .tuple(fc.constantFrom('', good), fc.array(parameter, { maxLength: 9 }))
  .map(([start, pairs]) => [start, `${new URLSearchParams(pairs)}`].filter((part) => part !== '').join('&'))

describe('whatever a browser asks', () => {
  test('only a known redirect URI is told anything, and resource and scope are the gateway’s', () => {
    fc.assert(
      fc.property(query, (text) => {
        const request = readAuthorizeRequest(text, rules)
        if (request.kind === 'tell') expect(rules.redirectUris).toContain(request.redirectUri)
        if (request.kind !== 'pass') return
        expect(request.query.getAll('resource')).toEqual(['https://api.test/'])
        expect(request.query.getAll('redirect_uri')).toEqual(rules.redirectUris)
        expect(request.query.getAll('prompt')).toEqual(['consent'])
        const scopes = request.query.get('scope')?.split(' ') ?? []
        expect(scopes.filter((scope) => !['offline_access', 'read', 'write'].includes(scope))).toEqual([])
        expect(new Set(request.query.keys()).size).toBe([...request.query.keys()].length)
      }),
      { numRuns: 2000 },
    )
  })

  test('its page is ASCII without a tag that was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (redirectUri) => {
        const page = refusalPage({ title: 't', detail: 'd', redirectUri, isUnlisted: true })
        expect(page).toMatch(/^[\n\x20-\x7e]*$/)
        const tags = page.match(/<[^>]*>/g) ?? []
        expect(
          tags.filter(
            (tag) => !/^<(?:!doctype html|html lang="en"|meta [^<]*|\/?(?:title|h1|p|code))>$/.test(tag),
          ),
        ).toEqual([])
      }),
    )
  })

  test('an error description has the characters of RFC 6749 alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(describable(text)).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/)
      }),
    )
  })
})
