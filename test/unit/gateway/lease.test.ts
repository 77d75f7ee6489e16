import { describe, expect, it } from 'vitest'
import { Lease } from '../../../src/gateway/lease.ts'

function leaseThatCounts() {
  let releases = 0
  const lease = new Lease(() => {
    releases += 1
  })
  return { lease, releases: () => releases }
}

describe('the lease of rules', () => {
  it('lasts while no other rules are in force, whether requests are under way or not', () => {
    const { lease, releases } = leaseThatCounts()
    lease.enter()
    lease.leave()
    expect([lease.ended, releases()]).toEqual([false, 0])
  })

  it('is given back at once when no request is under way', () => {
    const { lease, releases } = leaseThatCounts()
    lease.end()
    expect([lease.ended, releases()]).toEqual([true, 1])
  })

  it('is given back with the last request that came in under them', () => {
    const { lease, releases } = leaseThatCounts()
    lease.enter()
    lease.enter()
    lease.end()
    lease.leave()
    expect([lease.ended, releases()]).toEqual([true, 0])
    lease.leave()
    expect(releases()).toBe(1)
  })

  it('is given back once, whatever comes then', () => {
    const { lease, releases } = leaseThatCounts()
    lease.end()
    lease.end()
    lease.enter()
    lease.leave()
    expect(releases()).toBe(1)
  })
})
