import { describe, expect, test } from 'vitest'
import { chooseFormat, printMetrics } from '../../../src/admin/exposition.ts'
import type { Counted, Gauges } from '../../../src/log/meters.ts'

const nothing: Counted = { counters: [], histograms: [] }
const print = (counted: Partial<Counted>, gauges: Gauges[] = [], openmetrics = false) =>
  printMetrics({ ...nothing, ...counted }, gauges, openmetrics ? 'openmetrics' : 'text')

describe('the format', () => {
  test.each([
    [undefined, 'text'],
    ['*/*', 'text'],
    ['text/plain;version=0.0.4', 'text'],
    ['application/openmetrics-text; version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', 'openmetrics'],
    ['text/plain, Application/OpenMetrics-Text;version=0.0.1;q=0.75', 'openmetrics'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text-else', 'text'],
  ])('for Accept: %s is %s', (accept, format) => {
    expect(chooseFormat(accept)).toBe(format)
  })
})

describe('a page of metrics', () => {
  test('has a counter with its labels', () => {
    const counters = [['scopegate_upstream_failures_total', ['api:3000'], 3]] as const
    expect(print({ counters })).toBe(
      '# HELP scopegate_upstream_failures_total Connections to the upstream that could not be made, ' +
        'or were reset before a response.\n' +
        '# TYPE scopegate_upstream_failures_total counter\n' +
        'scopegate_upstream_failures_total{server_address="api:3000"} 3\n',
    )
  })

  test('has the buckets of a histogram, each with what the ones before it hold', () => {
    const counts = [1, 0, 2, ...Array<number>(11).fill(0), 4]
    const histograms = [['http_client_request_duration_seconds', ['a'], { counts, sum: 50.5 }]] as const
    const lines = print({ histograms }).split('\n')
    const bucket = (le: string) =>
      `http_client_request_duration_seconds_bucket{server_address="a",le="${le}"}`
    expect(lines).toContain(`${bucket('0.005')} 1`)
    expect(lines).toContain(`${bucket('0.01')} 1`)
    expect(lines).toContain(`${bucket('0.025')} 3`)
    expect(lines).toContain(`${bucket('10')} 3`)
    expect(lines).toContain(`${bucket('+Inf')} 7`)
    expect(lines).toContain('http_client_request_duration_seconds_sum{server_address="a"} 50.5')
    expect(lines).toContain('http_client_request_duration_seconds_count{server_address="a"} 7')
  })

  test('as OpenMetrics names families without their ending, tells of the slowest request, and ends', () => {
    const exemplar = { requestId: 'r1', seconds: 0.007, atMs: 1_700_000_000_500 }
    const counts = [0, 1, ...Array<number>(13).fill(0)]
    const text = print(
      {
        counters: [['scopegate_worker_restarts_total', [], 1]],
        histograms: [['http_client_request_duration_seconds', ['a'], { counts, sum: 0.007, exemplar }]],
      },
      [[['scopegate_config_info', ['1.2.3', 'abc'], 1]]],
      true,
    )
    expect(text).toContain('# TYPE scopegate_worker_restarts counter\nscopegate_worker_restarts_total 1\n')
    expect(text).toContain(
      '# TYPE scopegate_config info\nscopegate_config_info{version="1.2.3",sha256="abc"} 1\n',
    )
    expect(text).toContain('le="0.01"} 1 # {request_id="r1"} 0.007 1700000000.5\n')
    expect(text).toContain('le="10.0"} 1\n')
    expect(text.match(/request_id/g)).toHaveLength(1)
    expect(text.endsWith('# EOF\n')).toBe(true)
  })

  test('has the slowest request in the last bucket when it was above every bound', () => {
    const exemplar = { requestId: 'r1', seconds: 60, atMs: 0 }
    const histograms = [
      [
        'http_client_request_duration_seconds',
        ['a'],
        { counts: [...Array<number>(14).fill(0), 1], sum: 60, exemplar },
      ],
    ] as const
    expect(print({ histograms }, [], true)).toContain('le="+Inf"} 1 # {request_id="r1"} 60 0\n')
  })

  test('escapes what a pattern may hold', () => {
    const counters = [['scopegate_decisions_total', ['a', '/a"b\\c', 'allow', 'none', 'proxy'], 1]] as const
    expect(print({ counters })).toContain(String.raw`http_route="/a\"b\\c"`)
  })

  test('puts the gauges of all processes together, each kind in its way', () => {
    const one: Gauges = [
      ['scopegate_token_cache_entries', [], 3],
      ['process_open_fds', [], 20],
      ['scopegate_issuer_keys', ['https://a'], 2],
    ]
    const other: Gauges = [
      ['scopegate_token_cache_entries', [], 4],
      ['process_open_fds', [], 30],
      ['scopegate_issuer_keys', ['https://a'], 0],
      ['scopegate_issuer_keys', ['https://b'], 1],
    ]
    const lines = print({}, [one, other]).split('\n')
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      'scopegate_token_cache_entries 7',
      'scopegate_issuer_keys{issuer="https://a"} 0',
      'scopegate_issuer_keys{issuer="https://b"} 1',
      'process_open_fds 30',
    ])
  })
})
