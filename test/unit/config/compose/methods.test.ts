import { describe, expect, test } from 'vitest'
import { configOf, fileWith, problemsOf } from '../../../support/config.ts'

function methodsOf(value: string) {
  const methods = configOf(fileWith({ routes: `{ /x: ${value} }` })).apis[0]?.paths[0]?.methods ?? new Map()
  return Object.fromEntries(
    [...methods].map(([name, { requirement }]) => [
      name,
      requirement.anyOf?.[0]?.join(' ') ?? requirement.kind,
    ]),
  )
}

describe('the methods of a path', () => {
  test('are the common ones for a requirement that stands alone', () => {
    const all = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
    expect(methodsOf('read')).toEqual(Object.fromEntries(all.map((method) => [method, 'read'])))
  })

  test('are those that are listed, and HEAD with GET', () => {
    expect(methodsOf('{ GET: read, "PUT, PATCH": write }')).toEqual({
      GET: 'read',
      HEAD: 'read',
      PUT: 'write',
      PATCH: 'write',
    })
  })

  test('may have a HEAD of their own, and any for the others', () => {
    expect(methodsOf('{ GET: read, HEAD: public, DELETE: admin, any: write }')).toEqual({
      GET: 'read',
      HEAD: 'public',
      POST: 'write',
      PUT: 'write',
      PATCH: 'write',
      DELETE: 'admin',
      OPTIONS: 'write',
    })
  })

  test('include others by name only', () => {
    expect(methodsOf('{ PROPFIND: read }')).toEqual({ PROPFIND: 'read' })
  })

  test.each([
    ['{ get: read }', '/x.get: methods are written in capitals: GET'],
    ['{ ANY: read }', '/x.ANY: write any in small letters: it is not a method itself'],
    ['{ TRACE: read }', '/x.TRACE: TRACE is never let through: take it out'],
    ['{ GTE: read }', '/x.GTE: no request can have the method GTE, did you mean "GET"?'],
    ['{ GET: read, "POST, GET": write }', '/x.POST, GET: GET is listed twice for this path'],
    [
      '{ GET: read, scopes: write }',
      '/x.scopes: methods and a requirement cannot be mixed: put this under a method',
    ],
  ])('are wrong in %s', (value, problem) => {
    expect(problemsOf(fileWith({ routes: `{ /x: ${value} }` }))).toEqual([`apis.a.routes.${problem}`])
  })
})
