import { beforeEach, describe, expect, test } from 'vitest'
import type { VerificationKey } from '../../../src/issuer/json-web-key.ts'
import { createLastGoodKeys, type LastGoodKeys } from '../../../src/issuer/last-good-keys.ts'

const dayMs = 24 * 3_600_000

let nowMs: number
let left: string[]
let keys: LastGoodKeys

beforeEach(() => {
  nowMs = 0
  left = []
  keys = createLastGoodKeys({ onKeysLeft: (thumbprints) => left.push(...thumbprints), now: () => nowMs })
})

function key(
  thumbprint: string,
  algorithms = ['ES384'],
  kid: string | undefined = thumbprint,
): VerificationKey {
  // Nothing is verified here.
  const key = new Uint8Array()
  return { kid, thumbprint, byAlgorithm: new Map(algorithms.map((name) => [name, key])) }
}

describe('the keys of the last good fetch', () => {
  test('are none before the first', () => {
    expect(keys.usableUntilMs()).toBeUndefined()
    expect(keys.find('a', 'ES384')).toBeUndefined()
  })
  test('are usable for 24 hours', () => {
    keys.replace([key('a')])
    nowMs = dayMs - 1
    expect(keys.usableUntilMs()).toBe(dayMs)
    nowMs = dayMs
    expect(keys.usableUntilMs()).toBeUndefined()
    expect(keys.size).toBe(1)
  })
  test('replace those before them, and those that left are announced', () => {
    keys.replace([key('a'), key('b')])
    expect(keys.replace([key('b'), key('c'), key('d')])).toEqual({ added: 2, removed: 1 })
    expect(left).toEqual(['a'])
    expect(keys.generation).toBe(1)
  })
  test('start no new generation when none left', () => {
    keys.replace([key('a')])
    expect(keys.replace([key('a'), key('b')])).toEqual({ added: 1, removed: 0 })
    expect(keys.generation).toBe(0)
  })
  test('are announced as gone at the end', () => {
    keys.replace([key('a'), key('b')])
    keys.close()
    expect(left).toEqual(['a', 'b'])
    expect(keys.generation).toBe(1)
  })
})

describe('a key is found', () => {
  beforeEach(() => void keys.replace([key('a'), key('b', ['RS256'])]))
  test('by its kid', () => {
    expect(keys.find('b', 'RS256')).toMatchObject({ kind: 'keys', candidates: [{ thumbprint: 'b' }] })
  })
  test('without a kid, when only one fits the algorithm', () => {
    expect(keys.find(undefined, 'ES384')).toMatchObject({ kind: 'keys', candidates: [{ thumbprint: 'a' }] })
  })
  test.each([
    ['a', 'RS256', { kind: 'unknown', reason: 'algorithmOfKey' }],
    [undefined, 'PS256', { kind: 'unknown', reason: 'keyIdMissing' }],
    ['c', 'RS256', undefined],
  ])('never for kid %s with %s', (kid, algorithm, answer) => {
    expect(keys.find(kid, algorithm)).toEqual(answer)
  })
  test('with all others of its kid that fit the algorithm, at most four', () => {
    const algorithms = { a: ['ES384'], b: ['RS256'], c: ['RS256', 'PS256'], d: ['PS256'] }
    keys.replace(Object.entries(algorithms).map(([name, fitting]) => key(name, fitting, 'same')))
    expect(keys.find('same', 'RS256')).toMatchObject({
      candidates: [{ thumbprint: 'b' }, { thumbprint: 'c' }],
    })
    keys.replace(['a', 'b', 'c', 'd', 'e'].map((name) => key(name, ['RS256'], 'same')))
    const found = keys.find('same', 'RS256')
    expect(found?.kind === 'keys' && found.candidates.length).toBe(4)
  })
  test('never without a kid, when several fit', () => {
    keys.replace([key('a'), key('b')])
    expect(keys.find(undefined, 'ES384')).toEqual({ kind: 'unknown', reason: 'keyIdMissing' })
  })
})
