import { describe, expect, test } from 'vitest'
import { codes } from '../../../src/errors.ts'
import { Meters } from '../../../src/log/meters.ts'
import { createRequestMeter } from '../../../src/log/request-meter.ts'
import { type RequestRecord, startRecord } from '../../../src/log/request-record.ts'

/** The counts of these requests. */
function count(...records: Partial<RequestRecord>[]) {
  const meters = new Meters(100_000)
  const countRequest = createRequestMeter(meters)
  for (const record of records) countRequest({ ...startRecord('r1', 'GET'), status: 200, ...record }, 0.5)
  const { counters, histograms } = meters.read()
  const timed = (wanted: string) =>
    histograms.flatMap(([name, labels, { counts }]) => {
      const total = counts.reduce((sum, each) => sum + each)
      return name === wanted && total > 0 ? [[...labels, total]] : []
    })
  return {
    decisions: counters.flatMap(([name, labels, n]) =>
      name === 'scopegate_decisions_total' ? [[...labels, n]] : [],
    ),
    durations: timed('http_server_request_duration_seconds'),
    authorizations: timed('scopegate_authorization_duration_seconds'),
  }
}

const allowed = { api: 'todo', route: '/todos/{id}', outcome: 'allow', authMs: 0.03, cache: 'hit' } as const

describe('a request that is over', () => {
  test('is counted by its route, method and status, and by its decision', () => {
    expect(count(allowed, allowed)).toEqual({
      decisions: [['todo', '/todos/{id}', 'allow', 'none', 'proxy', 2]],
      durations: [['/todos/{id}', 'GET', '200', 2]],
      authorizations: [['hit', 2]],
    })
  })

  test.each<[string, Partial<RequestRecord>]>([
    ['api', { api: 'other-api' }],
    ['route', { route: '/else' }],
    ['method', { method: 'POST' }],
    ['status', { status: 404 }],
    ['outcome', { outcome: 'refuse' }],
    ['code', { code: 'upstream_timeout' }],
  ])('is counted apart from one with another %s', (_, difference) => {
    const { decisions, durations } = count(allowed, { ...allowed, ...difference })
    expect([decisions.length, durations.length]).toContain(2)
    expect(decisions.reduce((sum, labels) => sum + Number(labels.at(-1)), 0)).toBe(2)
  })

  test('without a route has none, whatever its path was', () => {
    const refusal = { outcome: 'refuse', status: 404, code: 'not_found', authMs: 0.01 } as const
    expect(count({ ...refusal, path: '/a' }, { ...refusal, path: '/b' })).toEqual({
      decisions: [['none', 'none', 'refuse', 'not_found', 'proxy', 2]],
      durations: [['none', 'GET', '404', 2]],
      authorizations: [['none', 2]],
    })
  })

  test('has one of the methods that are known, or _OTHER', () => {
    const methods = ['GET', 'PATCH', 'PROPFIND', 'evil', 'get'].map((method) => ({ ...allowed, method }))
    expect(count(...methods).durations.map(([, method, , n]) => [method, n])).toEqual([
      ['GET', 1],
      ['PATCH', 1],
      ['_OTHER', 3],
    ])
  })

  test('that did not parse is a decision without a duration', () => {
    const record = { method: '', outcome: 'refuse', status: 400, code: 'malformed_request' } as const
    expect(count(record)).toEqual({
      decisions: [['none', 'none', 'refuse', 'malformed_request', 'proxy', 1]],
      durations: [],
      authorizations: [],
    })
  })

  test('that was a preflight has a duration and no decision', () => {
    expect(count({ method: 'OPTIONS', outcome: 'allow', status: 204 })).toEqual({
      decisions: [],
      durations: [['none', 'OPTIONS', '204', 1]],
      authorizations: [],
    })
  })

  test('is told apart by every code', () => {
    const all = Object.keys(codes) as (keyof typeof codes)[]
    const { decisions } = count(...all.map((code) => ({ ...allowed, code })))
    expect(decisions.map(([, , , code]) => code)).toEqual(all)
  })
})
