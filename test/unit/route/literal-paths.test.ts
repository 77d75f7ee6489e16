import { describe, expect, test } from 'vitest'
import { parseRequestTarget } from '../../../src/http/request-target.ts'
import { createLiteralPaths } from '../../../src/route/literal-paths.ts'

/** How `raw` is found among these paths: `exact`, `alike`, or not. */
function findIn(paths: readonly string[], raw: string) {
  const target = parseRequestTarget(raw, 'GET', 'a')
  if ('code' in target) return 'refused'
  const found = createLiteralPaths(new Map(paths.map((path) => [path, path]))).find(target)
  return found && `${found.isExact ? 'exact' : 'alike'} ${found.value}`
}

const hook = '/.scopegate/logto'

describe('a literal path', () => {
  test.each([hook, `${hook}/`, `${hook}?a=b`, '/%2escopegate/%6cogto'])('is found as %s', (raw) => {
    expect(findIn([hook], raw)).toBe(`exact ${hook}`)
  })

  test.each([
    '/.scopegate/Logto',
    '/.SCOPEGATE/logto',
    `/${hook}`,
    '/.scopegate//logto',
    `${hook}//`,
    `${hook}.`,
    `${hook}%20`,
    `${hook}.php`,
    `${hook}.php/x`,
    `/index.php${hook}`,
    `${hook};a=b`,
    '/.scopegate;x/logto',
    '/.scopegate%2Flogto',
    '/.scopegate%5Clogto',
    '/.scopegate/%256cogto',
    '/.scopegate/log%EF%BD%94o',
    '/.scopegate/logto%3Fx',
  ])('is looked like by %s', (raw) => {
    expect(findIn([hook], raw)).toBe(`alike ${hook}`)
  })

  test.each([
    '/',
    '/.scopegate',
    `${hook}/x`,
    '/.scopegate/logtO1',
    '/scopegate/logto',
    '/a/.scopegate/logto',
  ])('has nothing to do with %s', (raw) => {
    expect(findIn([hook], raw)).toBeUndefined()
  })

  test('with an extension is looked like by the path without', () => {
    const paths = ['/openapi.json', '/openapi.yaml']
    expect(findIn(paths, '/openapi.yaml')).toBe('exact /openapi.yaml')
    expect(findIn(paths, '/openapi')).toBe('alike /openapi.json')
    expect(findIn(paths, '/openapis')).toBeUndefined()
  })

  test('with a long extension is looked like by every other extension', () => {
    expect(findIn(['/a.json-and-more'], '/A.x')).toBe('alike /a.json-and-more')
  })

  test('in capitals is looked like by small letters', () => {
    expect(findIn(['/Hook'], '/hook')).toBe('alike /Hook')
    expect(findIn(['/Hook'], '/Hook')).toBe('exact /Hook')
  })
})
