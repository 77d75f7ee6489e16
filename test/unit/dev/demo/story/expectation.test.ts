import { describe, expect, it } from 'vitest'
import type { Observed } from '../../../../../src/dev/demo/observed.ts'
import { lacksScope, reached, refused } from '../../../../../src/dev/demo/story/expectation.ts'

const observed = (status: number, body: Record<string, unknown>, challenge?: string) =>
  ({ status, body, challenge }) satisfies Observed

describe('that a request reached the upstream', () => {
  const holds = reached('alice', 'read')

  it('holds when the API saw exactly this user and these scopes', () => {
    const receivedHeaders = { 'x-user-id': 'alice', 'x-user-scopes': 'read' }
    expect(holds(observed(200, { receivedHeaders }))).toBe(true)
  })

  it.each([
    [{ 'x-user-id': 'bob', 'x-user-scopes': 'read' }],
    [{ 'x-user-id': 'alice' }],
    [{ 'x-user-id': 'alice', 'x-user-scopes': 'read', authorization: 'Bearer x' }],
    [{ 'x-user-id': 'alice', 'x-user-scopes': 'read', x_user_id: 'root' }],
  ])('does not hold when it saw %j', (receivedHeaders) => {
    expect(holds(observed(200, { receivedHeaders }))).toBe(false)
  })

  it('does not hold for a response that is not from the API', () => {
    expect(holds(observed(200, {}))).toBe(false)
  })
})

describe('that the gateway refused', () => {
  it('holds for this status and code', () => {
    expect(refused(404, 'not_found')(observed(404, { code: 'not_found' }))).toBe(true)
    expect(refused(404, 'not_found')(observed(404, { code: 'other' }))).toBe(false)
    expect(refused(404, 'not_found')(observed(200, { code: 'not_found' }))).toBe(false)
  })

  it('holds for a 401 only with a challenge', () => {
    const body = { code: 'token_missing' }
    expect(refused(401, 'token_missing')(observed(401, body))).toBe(false)
    expect(refused(401, 'token_missing')(observed(401, body, 'Bearer realm="x"'))).toBe(true)
  })

  it('for a missing scope holds only when the challenge names it', () => {
    const challenge = 'Bearer realm="x", error="insufficient_scope", scope="write"'
    expect(lacksScope('write')(observed(403, {}, challenge))).toBe(true)
    expect(lacksScope('admin')(observed(403, {}, challenge))).toBe(false)
    expect(lacksScope('write')(observed(403, {}))).toBe(false)
  })
})
