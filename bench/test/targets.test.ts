import { describe, expect, it } from 'vitest'
import type { Results, Run } from '../src/results.ts'
import { judge } from '../src/targets.ts'
import { figuresOf, resultsOf, roundOf, runOf } from './results-of.ts'

function verdict(results: Results, what: string) {
  const found = judge(results).find((one) => one.what === what)
  if (found === undefined) throw new Error(`nobody promised ${what}`)
  return [found.state, found.measured]
}

function throughput(...runs: readonly Run[]): Results {
  return resultsOf([{ id: 'throughput', tables: [{ id: 'throughput', title: '', runs }] }])
}

function figures(id: string, values: Readonly<Record<string, number>>): Results {
  return resultsOf([{ id, figures: figuresOf(values) }])
}

describe('a target against a peer', () => {
  const what = 'against bare http-proxy' // At least 2.3 times as much.

  it.each([
    [100, 'missed', '2.00 × by CPU'],
    [115, 'met', '2.30 × by CPU'],
  ])('of %d µs to our 50 is judged', (theirs, ...expected) => {
    expect(verdict(throughput(runOf('scopegate-ES384', 50), runOf('http-proxy', theirs)), what)).toEqual(
      expected,
    )
  })

  it('says so when the rounds disagree', () => {
    const theirs = runOf('http-proxy', 0, { rounds: [100, 120, 150].map(roundOf) })
    expect(verdict(throughput(runOf('scopegate-ES384', 50), theirs), what)).toEqual([
      'met',
      '2.40 × by CPU; its rounds disagree: 2.00 to 3.00',
    ])
  })

  it('to be ahead of is missed by being equal', () => {
    const results = throughput(runOf('scopegate-ES384', 50), runOf('envoy-ES384', 50))
    expect(verdict(results, 'ES384 against Envoy as it comes')[0]).toBe('missed')
  })

  it('says why a peer is not here, and guesses nothing', () => {
    const results = {
      ...throughput(runOf('scopegate-ES384', 50)),
      absent: [{ id: 'http-proxy', name: 'http-proxy', why: 'gone' }],
    }
    expect(verdict(results, what)).toEqual(['not measured', 'gone'])
  })

  it('is not measured when one of them broke off', () => {
    const results = throughput(
      runOf('scopegate-ES384', 50),
      runOf('http-proxy', 500, { problem: '1 connection broke' }),
    )
    expect(verdict(results, what)).toEqual(['not measured', '1 connection broke'])
  })

  it('says which section was left out', () => {
    expect(verdict(resultsOf([]), what)).toEqual(['not measured', 'the section throughput was left out'])
  })
})

it.each([
  [1.49, 'met'],
  [1.5, 'missed'],
])('a token of %d KiB is %s', (value, state) => {
  expect(verdict(figures('memory', { 'kib-per-token': value }), 'memory for a cached token')[0]).toBe(state)
})

it('a figure says so when its rounds disagree', () => {
  const figure = { id: 'added-p99', name: '', value: 0.9, unit: 'ms', rounds: [0.2, 0.9, 40] }
  expect(verdict(resultsOf([{ id: 'latency', figures: [figure] }]), 'p99 added at half load')).toEqual([
    'met',
    '0.90 ms; its rounds disagree: 0.20 to 40.0',
  ])
})

it('a figure that this run did not take is not measured', () => {
  const results = resultsOf([{ id: 'memory', figures: figuresOf({ 'kib-per-token': 1 }) }])
  expect(verdict(results, 'RSS after a million requests')).toEqual(['not measured', 'left out of this run'])
})

it.each([
  [8, 40, 'met'],
  [9, 40, 'missed'],
  [8, 0, 'missed'],
])('a flood of opaque tokens with %d calls out and %d %% of 503 is %s', (calls, refused, state) => {
  const what = 'a flood of opaque tokens: bounded calls, 503 beyond a bounded queue'
  const results = figures('opaque-flood', { 'opaque-flood-calls': calls, 'opaque-flood-503': refused })
  expect(verdict(results, what)[0]).toBe(state)
})

describe('the soak', () => {
  const what = 'memory over a soak of ten minutes'
  const soak = (growth: number, minutes = 10, answered = 100) =>
    verdict(
      figures('soak', { 'soak-growth': growth, 'soak-minutes': minutes, 'soak-answered': answered }),
      what,
    )

  it('is met while RSS grows by less than 2 MiB', () => {
    expect(soak(1.9)).toEqual(['met', '+1.90 MiB RSS in 10.0 min'])
  })

  it('is met when RSS shrinks', () => {
    expect(soak(-5)).toEqual(['met', '−5.00 MiB RSS in 10.0 min'])
  })

  it('is missed when RSS grows', () => {
    expect(soak(2)[0]).toBe('missed')
  })

  it('is missed when requests failed: a gateway that does nothing holds nothing', () => {
    expect(soak(0, 10, 99)[0]).toBe('missed')
  })

  it('that was cut short proves nothing', () => {
    expect(soak(0, 0.5)).toEqual(['not measured', '+0.00 MiB RSS in 0.50 min: too short'])
  })

  it('is not measured by anything else', () => {
    expect(verdict(resultsOf([]), what)[0]).toBe('not measured')
  })
})
