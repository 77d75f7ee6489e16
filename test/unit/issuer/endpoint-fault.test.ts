import { describe, expect, test } from 'vitest'
import { errorOf, jsonObjectIn, unexpected } from '../../../src/issuer/endpoint-fault.ts'

const response = (status: number, text = '', headers: Record<string, string> = {}) => ({
  url: 'https://logto.example/oidc/token?secret=x',
  status,
  headers,
  text,
})

describe('an answer of an endpoint that was not expected', () => {
  test.each([
    [401, '', /answered 401: check issuer\.client/],
    [400, '{"error":"invalid_client"}', /answered 400 invalid_client: check issuer\.client/],
    [400, '{"error":"invalid_target"}', /the issuer knows no such API: apis\.\*\.resource/],
    [400, '{"error":"unauthorized_client"}', /allowTokenExchange/],
    [302, '', /set issuer\.tokenEndpoint to where it redirects/],
    [502, '<html>', /look into the log of the issuer/],
    [418, '', /check that this is the token endpoint \(issuer\.tokenEndpoint\)/],
  ])('of status %i and %j is told with its mend', (status, text, line) => {
    expect(unexpected(response(status, text), 'token').message).toMatch(line)
  })

  test('shows nothing of the answer but a code of OAuth (security)', () => {
    const echo =
      '{"error":"invalid token l8m_c7u_CtrTe5RoPxr_f2AK1ZAAMee3jcUGaKi8bFZ","error_description":"x"}'
    const { message } = unexpected(response(400, echo), 'token')
    expect(message).toBe(
      'https://logto.example/oidc/token?... answered 400: check that this is the token endpoint (issuer.tokenEndpoint)',
    )
    expect(errorOf(response(400, `{"error":"${'a'.repeat(43)}"}`))).toBeUndefined()
  })

  test.each([
    [429, '7', 7000],
    [429, undefined, 1000],
    [429, 'soon', 1000],
    [503, '2', 2000],
    [503, undefined, undefined],
    [429, '86400', 300_000],
    [500, '7', undefined],
  ])('of status %i with Retry-After %s asks for a pause of %s ms', (status, after, pauseMs) => {
    const headers = after === undefined ? {} : { 'retry-after': after }
    expect(unexpected(response(status, '', headers), 'token').pauseMs).toBe(pauseMs)
  })
})

describe('an answer with JSON', () => {
  test.each(['application/json', 'application/json; charset=utf-8', 'application/token-introspection+json'])(
    'may be of type %s',
    (type) => {
      expect(jsonObjectIn(response(200, '{"a":1}', { 'content-type': type }), 'token')).toEqual({ a: 1 })
    },
  )
  test.each([undefined, 'text/html', 'application/jwt', 'application/jsonp'])(
    'is none of type %s',
    (type) => {
      const headers = type === undefined ? {} : { 'content-type': type }
      expect(() => jsonObjectIn(response(200, '{}', headers), 'token')).toThrow(/another content type/)
    },
  )
})
