import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../../src/config/load.ts'

function routeOf(api: string, route: string, top = '') {
  const text = `${top}
apis:
  todo: { resource: https://a/, upstream: http://a, ${api} routes: { /x: { public: true, ${route} } } }
`
  const { config, issues } = parseConfig(text, { fileName: 'gateway.yaml', env: {} })
  expect(issues).toEqual([])
  return config?.apis[0]?.paths[0]?.methods.get('GET')
}

describe('the options of an exchange', () => {
  test('are those of the file where neither the API nor the route has any', () => {
    const route = routeOf(
      '',
      '',
      'timeouts: { idle: 7s, head: 1s }\nlimits: { bodyBytes: 7B, headerCount: 9 }',
    )
    expect(route).toMatchObject({ authorization: { kind: 'strip' }, bodyBytes: 7 })
    expect(route?.timeouts).toEqual({
      connectMs: 5000,
      responseMs: 60_000,
      idleMs: 7000,
      streamMs: 3_600_000,
    })
    expect(route).not.toHaveProperty('headerCount')
  })

  test('are those of the API where the route has none', () => {
    const route = routeOf('authorization: forward, limits: { bodyBytes: 8B }, timeouts: { idle: 8s },', '')
    expect(route).toMatchObject({ authorization: { kind: 'forward' }, bodyBytes: 8 })
    expect(route?.timeouts).toMatchObject({ idleMs: 8000, connectMs: 5000 })
  })

  test('are those of the route before all others, each time by itself', () => {
    const route = routeOf(
      'authorization: forward, limits: { bodyBytes: 8B }, timeouts: { idle: 8s, connect: 8s },',
      'authorization: strip, limits: { bodyBytes: 9B }, timeouts: { idle: 9s }, upstream: http://b',
    )
    expect(route).toMatchObject({ authorization: { kind: 'strip' }, bodyBytes: 9 })
    expect(route?.timeouts).toMatchObject({ idleMs: 9000, connectMs: 8000, responseMs: 60_000 })
    expect(route?.upstream).toEqual({ origins: ['http://b'], connections: 128, queue: 1000, reuse: true })
  })

  test('are the same objects in all routes that have none of their own', () => {
    const text =
      'apis: { a: { resource: https://a/, upstream: http://a, routes: { /x: public, /y: public } } }'
    const { config } = parseConfig(text, { fileName: 'gateway.yaml', env: {} })
    const [x, y] = config?.apis[0]?.paths.map(({ methods }) => methods.get('GET')) ?? []
    expect(x?.timeouts).toBe(y?.timeouts)
    expect(x?.upstream).toBe(y?.upstream)
  })
})
