import { expect, test } from 'vitest'
import { createEntries } from '../../../../src/config/yaml/entries.ts'

test('an entry has its position, and is unreadable when its value is undefined', () => {
  const entries = createEntries()
  const map: Record<string, unknown> = {}
  const position = { key: { start: 0, end: 1 }, value: { start: 3, end: 4 } }
  entries.positionsIn(map).set('a', position)
  entries.enter(map, 'a', undefined)
  entries.enter(map, 'b', null)
  expect(map).toEqual({ a: undefined, b: null })
  expect(entries.positionOf(map, 'a')).toBe(position)
  expect(['a', 'b', 'c'].map((key) => entries.isUnreadable(map, key))).toEqual([true, false, false])
  expect(entries.positionOf('no container', 'a')).toBeUndefined()
  expect(entries.isUnreadable(null, 'a')).toBe(false)
})
