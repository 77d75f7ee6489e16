import { describe, expect, it } from 'vitest'
import { readResult, wrkScript } from '../src/load/wrk.ts'

function output(changed: object = {}): string {
  const counts = { requests: 1000, micros: 2_000_000, p50: 1500, p99: 9000 }
  const faults = { refused: 0, broken: 0, timeouts: 0 }
  return `Running 2s test\nRESULT ${JSON.stringify({ ...counts, ...faults, ...changed })}\n`
}

describe('readResult', () => {
  it('gives seconds and milliseconds', () => {
    const result = { requests: 1000, seconds: 2, p50Ms: 1.5, p99Ms: 9 }
    expect(readResult(output(), '', 'success')).toEqual(result)
  })

  it('takes refusals where all are wanted', () => {
    expect(readResult(output({ refused: 1000 }), '', 'refusal').requests).toBe(1000)
  })

  it.each([
    ['one refusal among successes', output({ refused: 1 }), 'success', '1 of 1000 answers were refusals'],
    ['one success among refusals', output({ refused: 999 }), 'refusal', '999 of 1000 answers were refusals'],
    ['a broken connection', output({ broken: 2 }), 'success', '2 connections broke'],
    ['a timeout', output({ timeouts: 3 }), 'success', '3 answers timed out'],
    ['no answer at all', output({ requests: 0 }), 'success', 'no request was answered'],
    ['no result', 'Running', 'success', 'wrk gave no result: unable to connect'],
  ] as const)('has no figure for %s', (_, text, expect_, message) => {
    expect(() => readResult(text, 'unable to connect', expect_)).toThrow(message)
  })
})

describe('wrkScript', () => {
  const load = { port: 1, connections: 1, seconds: 1, expect: 'success' as const }

  it('leaves one request to wrk itself', () => {
    const script = wrkScript({ ...load, paths: ['/a'], headers: { Authorization: 'Bearer x' } })
    expect(script).toContain("wrk.headers['Authorization'] = 'Bearer x'")
    expect(script).not.toContain('function request')
  })

  it('quotes what would end a string', () => {
    expect(wrkScript({ ...load, paths: ['/a'], headers: { "x'": '\\' } })).toContain("['x\\''] = '\\\\'")
  })

  it('sends tokens in turn', () => {
    expect(wrkScript({ ...load, paths: ['/a'], tokensFile: '/tmp/t' })).toContain("io.lines('/tmp/t')")
  })

  it('sends a body of the length asked for', () => {
    expect(wrkScript({ ...load, paths: ['/a'], method: 'POST', bodyBytes: 7 })).toContain("rep('x', 7)")
  })
})
