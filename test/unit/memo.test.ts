import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { memo, memoByObject } from '../../src/memo.ts'

const length = (key: string) => key.length

test('a value is computed once for each key', () => {
  const compute = vi.fn(length)
  const remembered = memo(compute)
  expect([remembered('ab'), remembered('abc'), remembered('ab')]).toEqual([2, 3, 2])
  expect(compute.mock.calls).toEqual([['ab'], ['abc']])
})

test('null is a value and is remembered', () => {
  const compute = vi.fn(() => null)
  const remembered = memo<null>(compute)
  expect([remembered('a'), remembered('a')]).toEqual([null, null])
  expect(compute).toHaveBeenCalledTimes(1)
})

test('a key that is too long is computed each time and pushes nothing out', () => {
  const compute = vi.fn(length)
  const remembered = memo(compute, { most: 1, longestKey: 3 })
  expect([remembered('abc'), remembered('abcd'), remembered('abcd'), remembered('abc')]).toEqual([3, 4, 4, 3])
  expect(compute.mock.calls).toEqual([['abc'], ['abcd'], ['abcd']])
})

test('the names of the object prototype are keys like any other', () => {
  const remembered = memo(length)
  for (const name of ['__proto__', 'constructor', 'toString']) expect(remembered(name)).toBe(name.length)
})

test('one key more than fits makes it forget all of them', () => {
  const compute = vi.fn(length)
  const remembered = memo(compute, { most: 2 })
  for (const key of ['a', 'b', 'c', 'a', 'c']) remembered(key)
  expect(compute.mock.calls.flat()).toEqual(['a', 'b', 'c', 'a'])
})

test('junk does not switch it off: a key that is repeated afterwards is remembered again', () => {
  const compute = vi.fn(length)
  const remembered = memo(compute, { most: 1000 })
  for (let i = 0; i < 5000; i++) remembered(`junk-${i}`)
  compute.mockClear()
  for (let i = 0; i < 10; i++) remembered('api.example.com')
  expect(compute).toHaveBeenCalledTimes(1)
})

test('whatever keys come in whatever order, the value is right and never more than most are kept', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 6 })),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 6 }),
      (keys, most, longestKey) => {
        const computed: string[] = []
        const remembered = memo(
          (key) => {
            computed.push(key)
            return `<${key}>`
          },
          { most, longestKey },
        )
        for (const key of keys) expect(remembered(key)).toBe(`<${key}>`)
        // It keeps the values that are asked for again and are not computed again.
        const distinct = [...new Set(keys)]
        computed.length = 0
        const kept = distinct.filter((key) => {
          const before = computed.length
          if (key.length > longestKey) return false
          remembered(key)
          return computed.length === before
        })
        expect(kept.length).toBeLessThanOrEqual(most)
      },
    ),
  )
})

test('an object is asked about once, and another one that looks alike anew', () => {
  const compute = vi.fn((object: { readonly name: string }) => object.name)
  const remembered = memoByObject(compute)
  const [first, second] = [{ name: 'a' }, { name: 'a' }]
  expect([remembered(first), remembered(first), remembered(second)]).toEqual(['a', 'a', 'a'])
  expect(compute).toHaveBeenCalledTimes(2)
})
