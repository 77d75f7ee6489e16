import { describe, expect, test } from 'vitest'
import { Meters } from '../../../src/log/meters.ts'

const decisions = 'scopegate_decisions_total'
const durations = 'http_server_request_duration_seconds'
const decide = (meters: Meters, route: string) =>
  meters.counter(decisions, 'api', route, 'allow', 'none', 'proxy').add(1)
const countsOf = (meters: Meters, name: string) =>
  meters
    .read()
    .counters.filter(([family]) => family === name)
    .map(([, labels, count]) => [labels[1], count])

describe('meters', () => {
  test('are the same for the same labels', () => {
    const meters = new Meters(100)
    expect(meters.counter(decisions, 'a', 'b', 'c', 'd', 'e')).toBe(
      meters.counter(decisions, 'a', 'b', 'c', 'd', 'e'),
    )
    expect(meters.histogram(durations, 'a', 'b', 'c')).not.toBe(meters.histogram(durations, 'a', 'b', 'd'))
  })

  test('without labels are there from the start, at 0', () => {
    const { counters } = new Meters(100).read()
    expect(counters).toContainEqual(['scopegate_worker_restarts_total', [], 0])
    expect(counters.filter(([, labels]) => labels.length > 0)).toEqual([])
  })

  test('beyond the bound are one, which is called other', () => {
    const meters = new Meters(2)
    for (const route of ['/1', '/2', '/3', '/4', '/1', '/3']) decide(meters, route)
    expect(countsOf(meters, decisions)).toEqual([
      ['/1', 2],
      ['/2', 1],
      ['other', 3],
    ])
  })

  test('are bounded by the lines that they take, which are many for a histogram', () => {
    const meters = new Meters(40)
    for (const route of ['/1', '/2', '/3', '/4']) meters.histogram(durations, route, 'GET', '200').observe(1)
    const labels = meters.read().histograms.flatMap(([name, [route]]) => (name === durations ? [route] : []))
    expect(labels).toEqual(['/1', '/2', 'other'])
  })

  test('have room for more when a reload says so', () => {
    const meters = new Meters(1)
    decide(meters, '/1')
    decide(meters, '/2')
    meters.setSeries(2)
    decide(meters, '/3')
    expect(countsOf(meters, decisions).map(([route]) => route)).toEqual(['/1', 'other', '/3'])
  })

  test('that counted nothing are told once, so that what they count later is a difference', () => {
    const meters = new Meters(100)
    meters.counter('scopegate_upstream_failures_total', 'a')
    meters.histogram('http_client_request_duration_seconds', 'a')
    const { counters, histograms } = meters.take()
    expect(counters).toContainEqual(['scopegate_upstream_failures_total', ['a'], 0])
    expect(histograms.map(([name]) => name)).toContain('http_client_request_duration_seconds')
    expect(meters.take()).toEqual({ counters: [], histograms: [] })
  })

  test('of which the configuration decides how many there are have no bound', () => {
    const meters = new Meters(1)
    for (const address of ['a', 'b', 'c']) meters.counter('scopegate_upstream_failures_total', address).add(1)
    const addresses = meters
      .read()
      .counters.flatMap(([name, [address]]) =>
        name === 'scopegate_upstream_failures_total' ? [address] : [],
      )
    expect(addresses).toEqual(['a', 'b', 'c'])
  })

  test('give away what was counted since the last time, so that another process can add it up', () => {
    const [one, total] = [new Meters(100), new Meters(100)]
    for (const count of [1, 2]) {
      for (let i = 0; i < count; i++) decide(one, '/1')
      one.histogram(durations, '/1', 'GET', '200').observe(1, 'r1')
      total.add(structuredClone(one.take()))
    }
    expect(one.take()).toEqual({ counters: [], histograms: [] })
    expect(countsOf(total, decisions)).toEqual([['/1', 3]])
    const [found] = total.read().histograms.filter(([name]) => name === durations)
    expect(found).toMatchObject([durations, ['/1', 'GET', '200'], { sum: 2 }])
  })
})
