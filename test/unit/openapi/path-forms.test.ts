import { describe, expect, test } from 'vitest'
import type { PathParameter } from '../../../src/openapi/operation.ts'
import { pathForms } from '../../../src/openapi/path-forms.ts'

function written(template: string, parameters: Record<string, Partial<PathParameter>> = {}, server = '') {
  const known = Object.entries(parameters).map(
    ([name, given]) =>
      [name, { pattern: undefined, isMultiSegment: false, isMatrix: false, ...given }] as const,
  )
  const forms = pathForms(server, template, new Map(known))
  if (forms.kind === 'none') return `none: ${forms.why}`
  const paths = forms.patterns.map(({ text }) => text).join(' ')
  return `${paths}${forms.isMatrix ? ' matrix' : ''}${forms.widened === undefined ? '' : ' wider'}`
}

const badEscape =
  'an escape in it is no UTF-8, or stands for a character that no route can hold: write plain characters'

describe('a path of a document becomes', () => {
  test.each([
    ['/a/{id}', '/a/{id}'],
    ['/a/', '/a'],
    ['/', '/'],
    ['/a#note', '/a'],
    ['/a%20c/späße', '/a c/späße'],
    ['/$count', '/$count'],
    ['/delta()', '/delta()'],
    ['/express:colon', '/express:colon'],
    ['/file/*', '/file/*'],
    ['/{id}.json', '/{id}.json'],
    ['/{name}:cancel', '/{name}:cancel'],
    ["/f(q='{q}')", "/f(q='{q}')"],
    ['/a{?q,r}', '/a'],
    ['/{year:[0-9]{4}}/x', '/{year}/x'],
    ['/{id:int}', '/{id}'],
    ['/{id?}', '/{id} /'],
    ['/a/(ref/{ref}/)b', '/a/ref/{ref}/b /a/b'],
  ])('%s exactly %s', (template, expected) => {
    expect(written(template)).toBe(expected)
  })

  test.each([
    ['/{id.value}', '/{id_value}'],
    ['/{größe}', '/{gr_e}'],
    ['/{.format}', '/{format}'],
    ['/{2fa}', '/{p_2fa}'],
    ['/{ü}', '/{name}'],
    ['/{x}/{x}', '/{x}/{x_2}'],
    ['/{drive-id}', '/{drive-id}'],
  ])('%s with legal names %s', (template, expected) => {
    expect(written(template)).toBe(expected)
  })

  test.each([
    ['/f/{x+}', '/f/**'],
    ['/f/{x*}', '/f/**'],
    ['/f/{*x}', '/f/**'],
    ['/f/{**x}', '/f/**'],
    ['/f/{x...}', '/f/**'],
    ['/f/{x:.*}', '/f/**'],
    ['/f/{x:path}', '/f/**'],
    ['/f/{x=**}', '/f/**'],
    ['/v1/{n=projects/*}', '/v1/projects/{n}'],
    ['/v1/{n=projects/*/places/*}:search', '/v1/projects/{n}/places/{n_2}:search'],
    ['/v1/{n=files/**}', '/v1/files/**'],
  ])('of several segments %s exactly %s', (template, expected) => {
    expect(written(template)).toBe(expected)
  })

  test.each([
    [{ isMultiSegment: true }, '/f/**'],
    [{ pattern: '^[a-z]+/.+$' }, '/f/**'],
    [{ pattern: 'publishers/[^/]+' }, '/f/publishers/{x}'],
    [{ pattern: '^a\\.b/[^/]+$' }, '/f/a.b/{x}'],
    [{ pattern: '^[^/]+$' }, '/f/{x}'],
    [{ pattern: '^[^\\s]+$' }, '/f/{x}'],
    [{ pattern: '.+' }, '/f/{x}'],
    [{ isMatrix: true }, '/f/{x} matrix'],
  ])('by what a parameter is, %j %s', (parameter, expected) => {
    expect(written('/f/{x}', { x: parameter })).toBe(expected)
  })

  test.each([
    ['/{a}-{b}', '/{a_b} wider'],
    ['/x{a}{b}.json', '/x{a_b}.json wider'],
    ['/a?op=delete', '/a wider'],
  ])('more than it covers: %s as %s', (template, expected) => {
    expect(written(template)).toBe(expected)
  })

  test.each([
    ['a', 'a path starts with /: write /a'],
    ['//a', 'a path has no empty segments: take one slash out'],
    ['/{a', 'a brace is not closed: a parameter is written {name}'],
    ['/a}', 'a brace is not closed: a parameter is written {name}'],
    ['/{x+}/y', 'a parameter of several segments stands where only ** at the end of a path could say that'],
    [
      '/{x+}.json',
      'a parameter of several segments stands where only ** at the end of a path could say that',
    ],
    ['/{id?}/y', 'only a last parameter can be left out: write it as two paths'],
    ['/{/x}', 'a parameter that begins with a slash may be left out: write two paths'],
    ['/a%zz', badEscape],
    ['/a%2Fb', badEscape],
    ['/a%2A', badEscape],
    ['/%7Bx%7D', badEscape],
    ['/{x}%3F', badEscape],
    ['/users/:id', 'a parameter is written {name} here: write /users/{id}'],
    ['/${x}', 'a route cannot hold ${: it is read as a variable'],
    ['/\ud800', 'half of a surrogate pair, which no request can hold'],
    [`/${'a'.repeat(1000)}`, 'longer than 1000 characters, which no route is'],
  ])('nothing: %s', (template, why) => {
    expect(written(template)).toBe(`none: ${why}`)
  })

  test('a path below that of the server', () => {
    expect(written('/a', {}, '/v1')).toBe('/v1/a')
    expect(written('/', {}, '/v1')).toBe('/v1')
    expect(written('/a', {}, '/{v}')).toBe(
      'none: the path of the server is no literal: name another with --server URL',
    )
  })
})
