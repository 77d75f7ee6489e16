import { describe, expect, test } from 'vitest'
import { irregularityBit } from '../../../../src/http/request-target.ts'
import { configOf, fileWith, problemsOf } from '../../../support/config.ts'

function routeOf(value: string) {
  return configOf(fileWith({ routes: `{ /x: ${value} }` })).apis[0]?.paths[0]?.methods.get('GET')
}

describe('a route', () => {
  test('has its options as they are written', () => {
    const route = routeOf('{ scopes: read, websocket: true, allow: [encoded-slash, non-utf8] }')
    expect(route).toMatchObject({
      requirement: { kind: 'scopes', anyOf: [['read']], where: [] },
      websocket: true,
      allow: irregularityBit['encoded-slash'] | irregularityBit['non-utf8'],
    })
  })

  test('has no option that is not written', () => {
    expect(routeOf('read')).toMatchObject({ websocket: false, allow: 0 })
  })

  test('in its short form is wrong as a whole', () => {
    expect(problemsOf(fileWith({ routes: "{ /x: 'read\"' }" }))).toEqual([
      expect.stringMatching(/^apis\.a\.routes\.\/x: a scope holds printable ASCII/),
    ])
  })

  test('without a value says so', () => {
    expect(problemsOf(fileWith({ routes: '{ /x: }' }))).toEqual([
      expect.stringContaining('this key has no value'),
    ])
  })
})
