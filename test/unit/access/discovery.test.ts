import { describe, expect, test } from 'vitest'
import { createDiscovery } from '../../../src/access/discovery.ts'

const discovery = createDiscovery({
  metadataUrl: 'https://api.test/.well-known/oauth-protected-resource',
  scopes: ['read', 'write', 'other'],
  order: ['write', 'read', 'hidden', 'other'],
})

describe('the scopes that challenges name', () => {
  test('are all of the metadata in a 401, in its order', () => {
    expect(discovery.scopes).toBe('read write other')
  })

  test.each([
    [['read'], [], 'read'],
    [['read'], ['write'], 'write read'],
    [['read', 'write'], [], 'write read'],
    [['hidden'], ['other', 'read'], 'read hidden other'],
    [['read'], ['hidden'], 'read'],
    [['read'], ['foreign'], 'read'],
    [[], ['read'], 'read'],
  ])('are in a 403 the needed %j and the held %j: %s', (needed, held, text) => {
    expect(discovery.scopesFor(needed, new Set(held))).toBe(text)
    expect(discovery.scopesFor(needed, new Set(held))).toBe(text)
  })

  test('are told apart for one token at two routes, and two tokens at one route', () => {
    const [needed, other] = [['read'], ['write']]
    const [held, more] = [new Set(['other']), new Set(['other', 'write'])]
    expect(discovery.scopesFor(needed, held)).toBe('read other')
    expect(discovery.scopesFor(other, held)).toBe('write other')
    expect(discovery.scopesFor(needed, more)).toBe('write read other')
  })
})
