import { describe, expect, test } from 'vitest'
import { reaches, reachOf } from '../../../src/openapi/reach.ts'
import { parsePattern } from '../../../src/route/pattern.ts'

function reached(template: string, route: string): boolean {
  const pattern = parsePattern(route)
  if (typeof pattern === 'string') throw new Error(pattern)
  return reaches(reachOf('/v1', template, new Map()), pattern)
}

describe('an operation whose path no route can say', () => {
  test.each([
    ['/f/{p+}/meta', '/v1/f/**', true],
    ['/f/{p+}/meta', '/v1/f/{a}/{b}', true],
    ['/f/{p+}/meta', '/v1/f/{a}/{b}/{c}', true],
    ['/f/{p+}/meta', '/v1/f/a/meta', true],
    ['/f/{p+}/meta', '/v1/f/{a}.txt/m{b}', true],
    ['/f/{p+}/meta', '/v1/f/a/b', false],
    ['/f/{p+}/meta', '/v1/f/meta', false],
    ['/f/{p+}/meta', '/v1/g/**', false],
    ['/f/{p+}/meta', '/v1/**', true],
    ['/f/{a}-{b}', '/v1/f/x-y', true],
    ['/f/{a}-{b}', '/v1/f/x', false],
    ['/f/{a}-{b}', '/v1/f/-y', false],
    ['/f/{a}-{b}', '/v1/f/x-', false],
    ['/f/{a}-{b}', '/v1/f/{c}', true],
    ['/f/{a}...{b}', '/v1/f/latest', false],
    ['no-slash', '/v1/no-slash', true],
    ['//a', '/v1/a', true],
    ['/:id', '/v1/{id}', true],
    ['/a?x', '/v1/a', true],
    ['/a(/:id)/b', '/v1/a/b', true],
    ['/a(/:id)/b', '/v1/c', false],
    ['/f/{p=**}/b', '/v1/f/b', true],
  ])('%s may be asked for through %s: %s', (template, route, expected) => {
    expect(reached(template, route)).toBe(expected)
  })

  test('of very many such segments takes no exponential time', () => {
    const started = performance.now()
    expect(reached(`/${'{p+}/'.repeat(100)}x`, `/v1/${'{a}/'.repeat(0)}${'b/'.repeat(300)}y`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
