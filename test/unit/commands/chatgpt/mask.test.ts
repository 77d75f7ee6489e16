import { expect, test } from 'vitest'
import { createMask } from '../../../../src/commands/chatgpt/mask.ts'

test.each([
  ['?code=abc&state=def&x=1', '?code=***&state=***&x=1'],
  [
    'grant_type=refresh_token&refresh_token=r1&client_secret=s',
    'grant_type=refresh_token&refresh_token=***&client_secret=***',
  ],
  [
    '{"access_token":"a","refresh_token" : "b","scope":"read"}',
    '{"access_token":"***","refresh_token" : "***","scope":"read"}',
  ],
  ['{"code":"oidc.invalid_grant"}', '{"code":"oidc.invalid_grant"}'],
  ['Authorization: Bearer abcdefghijklmnopqrstuvwxyz', 'Authorization: Bearer ***'],
  ['Authorization: Basic YTpiOmNkZWZnaGlqa2w=', 'Authorization: Basic ***'],
  ['WWW-Authenticate: Bearer realm="x", error="y"', 'WWW-Authenticate: Bearer realm="x", error="y"'],
  ['got eyJhbGciOi.eyJzdWIi.c2ln here', 'got *** here'],
])('%s', (text, shown) => {
  expect(createMask().text(text)).toBe(shown)
})

test('a value that it was told of is hidden in each of its spellings, the longest first', () => {
  const mask = createMask()
  mask.hide('se cret/1')
  mask.hide('se cret/1 and more')
  expect(mask.text('se cret/1 and more, se%20cret%2F1, se+cret%2F1')).toBe('***, ***, ***')
})

test('a value that is no secret but a word is not hidden', () => {
  const mask = createMask()
  mask.hide('read')
  expect(mask.text('may read')).toBe('may read')
})
