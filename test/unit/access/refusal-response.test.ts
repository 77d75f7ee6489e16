import { describe, expect, it } from 'vitest'
import type { Refusal } from '../../../src/access/decision.ts'
import { createRefusalResponses } from '../../../src/access/refusal-response.ts'
import { type Code, codes } from '../../../src/errors.ts'

type Reason = Omit<Refusal<never>, 'outcome'>
type Context = Parameters<ReturnType<typeof createRefusalResponses>>[1]

const plain: Context = { requestId: 'r1', corsHeaders: [] }

function answerTo(reason: Reason, context = plain, realm = 'todo') {
  return createRefusalResponses(realm)({ outcome: 'refuse', scopesNeeded: 'read', ...reason }, context)
}

function field(headers: readonly string[], name: string): string | undefined {
  const at = headers.findIndex((text, i) => i % 2 === 0 && text === name)
  return at === -1 ? undefined : headers[at + 1]
}

const challengeOf = (refusal: Reason) => field(answerTo(refusal).headers, 'WWW-Authenticate')

// The keys of `codes` are Code.
const all = Object.keys(codes) as Code[]

describe('the answer to a refusal', () => {
  it.each(all)('%s is a problem with its status, in the words of its reason, never stored', (code) => {
    const { status, headers, body } = answerTo({ code, detail: 'Why not' })
    expect(status).toBe(codes[code].status)
    expect(JSON.parse(body)).toEqual({
      type: `urn:scopegate:problem:${code}`,
      title: codes[code].title,
      status,
      detail: 'Why not',
      code,
      requestId: 'r1',
    })
    expect(field(headers, 'Content-Type')).toBe('application/problem+json')
    expect(field(headers, 'Cache-Control')).toBe('no-store')
    expect(field(headers, 'Content-Length')).toBe(String(Buffer.byteLength(body)))
    expect(field(headers, 'X-Request-Id')).toBe('r1')
  })

  it('has each field once', () => {
    const answer = answerTo({ code: 'insufficient_scope', detail: 'Why', scopesNeeded: 'a', allow: 'GET' })
    const names = answer.headers.filter((_, i) => i % 2 === 0)
    expect(new Set(names).size).toBe(names.length)
  })

  it('carries CORS headers behind its own', () => {
    const corsHeaders = ['Access-Control-Allow-Origin', 'https://app.test']
    const { headers } = answerTo({ code: 'not_found', detail: 'No' }, { requestId: 'r1', corsHeaders })
    expect(headers.slice(-2)).toEqual(corsHeaders)
  })

  it('says which methods there are', () => {
    const { headers } = answerTo({ code: 'method_not_allowed', detail: 'No', allow: 'GET, HEAD' })
    expect(field(headers, 'Allow')).toBe('GET, HEAD')
    expect(field(answerTo({ code: 'not_found', detail: 'No' }).headers, 'Allow')).toBeUndefined()
  })
})

describe('the challenge of a refusal (RFC 6750 section 3)', () => {
  it('names the realm alone where no credentials were sent', () => {
    expect(challengeOf({ code: 'token_missing', detail: 'Send one' })).toBe('Bearer realm="todo"')
    expect(challengeOf({ code: 'unsupported_credentials', detail: 'No' })).toBe('Bearer realm="todo"')
  })

  it.each(['invalid_request', 'invalid_token'] as const)('names the error %s and the check', (code) => {
    expect(challengeOf({ code, detail: 'exp has passed' })).toBe(
      `Bearer realm="todo", error="${code}", error_description="exp has passed"`,
    )
  })

  it('names every scope that the route needs', () => {
    expect(
      challengeOf({ code: 'insufficient_scope', detail: 'It lacks one', scopesNeeded: 'read write' }),
    ).toBe(
      'Bearer realm="todo", error="insufficient_scope", error_description="It lacks one", scope="read write"',
    )
  })

  it('names no scope where a condition was not met', () => {
    expect(challengeOf({ code: 'condition_failed', detail: 'Not yours', scopesNeeded: 'read' })).toBe(
      'Bearer realm="todo", error="insufficient_scope", error_description="Not yours"',
    )
  })

  const challenged = new Set<Code>([
    'token_missing',
    'unsupported_credentials',
    'invalid_request',
    'invalid_token',
    'insufficient_scope',
    'condition_failed',
  ])
  it.each(all.filter((code) => !challenged.has(code)))('is not there for %s', (code) => {
    expect(challengeOf({ code, detail: 'Why not' })).toBeUndefined()
  })

  it('quotes the realm', () => {
    const { headers } = answerTo({ code: 'token_missing', detail: 'Send one' }, plain, 'a"b')
    expect(field(headers, 'WWW-Authenticate')).toBe('Bearer realm="a\\"b"')
  })
})

describe('Retry-After', () => {
  const retryAfter = (refusal: Reason) => field(answerTo(refusal).headers, 'Retry-After')

  it.each(all.filter((code) => codes[code].status === 503))('stands in every 503, %s too', (code) => {
    expect(retryAfter({ code, detail: 'Later' })).toBe('1')
    expect(retryAfter({ code, detail: 'Later', retryAfterSeconds: 30 })).toBe('30')
  })

  it.each(all.filter((code) => codes[code].status !== 503))('does not stand in %s', (code) => {
    expect(retryAfter({ code, detail: 'No', retryAfterSeconds: 30 })).toBeUndefined()
  })
})

describe('answers that were put together before', () => {
  it('are never taken for another refusal', () => {
    const answer = createRefusalResponses('todo')
    const of = (refusal: Reason, requestId = 'r1') =>
      answer({ outcome: 'refuse', ...refusal }, { requestId, corsHeaders: [] })
    const refusals: Reason[] = [
      { code: 'insufficient_scope', detail: 'One text', scopesNeeded: 'read' },
      { code: 'insufficient_scope', detail: 'One text', scopesNeeded: 'write' },
      { code: 'condition_failed', detail: 'One text' },
      { code: 'method_not_allowed', detail: 'One text', allow: 'GET' },
      { code: 'method_not_allowed', detail: 'One text', allow: 'POST' },
      { code: 'insufficient_scope', detail: 'Another text', scopesNeeded: 'read' },
    ]
    const first = refusals.map((refusal) => of(refusal))
    expect(refusals.map((refusal) => of(refusal))).toEqual(first)
    expect(new Set(first.map((made) => JSON.stringify(made))).size).toBe(refusals.length)
    expect(first).toEqual(refusals.map((refusal) => answerTo(refusal)))
  })

  it('carry the id of the request that they answer', () => {
    const answer = createRefusalResponses('todo')
    const refusal = { outcome: 'refuse', code: 'not_found', detail: 'No' } as const
    const ids = ['r1', 'r2'].map((requestId) => answer(refusal, { requestId, corsHeaders: [] }))
    expect(ids.map(({ body }) => JSON.parse(body).requestId)).toEqual(['r1', 'r2'])
    expect(ids.map(({ headers }) => field(headers, 'X-Request-Id'))).toEqual(['r1', 'r2'])
  })

  it('leave no trace of CORS and Retry-After in the next one', () => {
    const answer = createRefusalResponses('todo')
    const refusal = { outcome: 'refuse', code: 'upstream_busy', detail: 'Later' } as const
    answer({ ...refusal, retryAfterSeconds: 30 }, { requestId: 'r1', corsHeaders: ['Vary', 'Origin'] })
    expect(answer(refusal, plain)).toEqual(createRefusalResponses('todo')(refusal, plain))
  })

  it('do not fill the memory when their texts never repeat', () => {
    const answer = createRefusalResponses('todo')
    for (let i = 0; i < 1000; i++) {
      const made = answer({ outcome: 'refuse', code: 'not_found', detail: `Text ${i}` }, plain)
      expect(JSON.parse(made.body).detail).toBe(`Text ${i}`)
    }
  })
})
