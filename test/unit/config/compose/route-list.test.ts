import { describe, expect, test } from 'vitest'
import { configOf, fileWith, problemsOf } from '../../../support/config.ts'

const below = 'path: /v1, stripPath: true'

describe('a list of routes', () => {
  test('is written without the prefix of the API where that is stripped', () => {
    const { apis } = configOf(fileWith({ routes: '{ /: read, /x: read, /**: read }', api: below }))
    expect(apis[0]?.paths.map(({ pattern }) => pattern.text)).toEqual(['/v1', '/v1/x', '/v1/**'])
  })

  test('is told of its mistakes as they are written, without that prefix', () => {
    expect(problemsOf(fileWith({ routes: '{ /x/:id: read, x: read }', api: below }))).toEqual([
      'apis.a.routes./x/:id: a parameter is written {name} here: write /x/{id}',
      'apis.a.routes.x: a path starts with /: write /x',
    ])
  })
})
