import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/gateway/reload-registry.ts'

/** A registry of things that are called by their number, and the numbers of those that were closed. */
function registryOfNumbers() {
  const closed: number[] = []
  let made = 0
  const registry = createRegistry<number>((value) => closed.push(value))
  const acquire = (key: string) =>
    registry.acquire(key, () => {
      made += 1
      return made
    })
  return { registry, closed, acquire }
}

describe('what outlives a reload', () => {
  it('is made once for the same options, and once for each other', () => {
    const { registry, acquire } = registryOfNumbers()
    expect([acquire('a'), acquire('b'), acquire('a')]).toEqual([1, 2, 1])
    expect(registry.entries).toEqual([
      ['a', 1],
      ['b', 2],
    ])
  })

  it('is closed when the last that uses it gives it back', () => {
    const { registry, closed, acquire } = registryOfNumbers()
    acquire('a')
    acquire('a')
    registry.release('a')
    expect(closed).toEqual([])
    registry.release('a')
    expect(closed).toEqual([1])
    expect(registry.entries).toEqual([])
  })

  it('stays when new rules take it before the old ones give it back', () => {
    const { registry, closed, acquire } = registryOfNumbers()
    acquire('a')
    expect(acquire('a')).toBe(1)
    registry.release('a')
    expect(closed).toEqual([])
  })

  it('is made anew after it was closed, and closed only once', () => {
    const { registry, closed, acquire } = registryOfNumbers()
    acquire('a')
    registry.release('a')
    registry.release('a')
    expect(closed).toEqual([1])
    expect(acquire('a')).toBe(2)
  })

  it('is not there when it could not be made', () => {
    const { registry, acquire } = registryOfNumbers()
    const fails = () =>
      registry.acquire('a', () => {
        throw new Error('a broken certificate')
      })
    expect(fails).toThrow('a broken certificate')
    expect(registry.entries).toEqual([])
    expect(acquire('a')).toBe(1)
  })
})
