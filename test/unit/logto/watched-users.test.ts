import { describe, expect, test } from 'vitest'
import { createWatchedUsers } from '../../../src/logto/watched-users.ts'

const later = () => Date.now() + 60_000

describe('watched users', () => {
  test('are due until the last of their tokens has expired, whichever was seen last', () => {
    const watched = createWatchedUsers(10)
    watched.saw([
      ['alice', 2000],
      ['bob', 1000],
    ])
    watched.saw([['alice', 500]])
    expect(watched.due(999)).toEqual(['bob', 'alice'])
    expect(watched.due(1000)).toEqual(['alice'])
    expect(watched.due(2000)).toEqual([])
  })

  test('are asked about in turn: one that makes every round fail does not hold up the others', () => {
    const watched = createWatchedUsers(10)
    watched.saw([
      ['alice', later()],
      ['bob', later()],
    ])
    watched.asked('alice', 1)
    expect(watched.due(Date.now())).toEqual(['bob', 'alice'])
  })

  test('lack something only compared with what they held before', () => {
    const watched = createWatchedUsers(10)
    watched.saw([['alice', later()]])
    expect(watched.lacks('alice', new Set())).toBe(false)
    watched.keep('alice', new Set(['a', 'b']))
    expect(watched.lacks('alice', new Set(['a', 'b', 'c']))).toBe(false)
    expect(watched.lacks('alice', new Set(['a', 'c']))).toBe(true)
    expect(watched.lacks('bob', new Set())).toBe(false)
  })

  test('are remembered beyond their tokens: the next may be from before a change', () => {
    const watched = createWatchedUsers(10)
    watched.saw([['alice', 1]])
    watched.keep('alice', new Set(['a']))
    expect(watched.due(Date.now())).toEqual([])
    watched.saw([['alice', later()]])
    expect(watched.lacks('alice', new Set())).toBe(true)
  })

  test('are forgotten when their access has ended', () => {
    const watched = createWatchedUsers(10)
    watched.saw([['alice', later()]])
    watched.keep('alice', new Set(['a']))
    watched.forget('alice')
    expect(watched.due(Date.now())).toEqual([])
    watched.saw([['alice', later()]])
    expect(watched.lacks('alice', new Set())).toBe(false)
  })

  test('have a limit: the one seen longest ago makes room, and is counted while his token counts', () => {
    const watched = createWatchedUsers(2)
    watched.saw([
      ['expired', 1],
      ['alice', later()],
      ['bob', later()],
    ])
    expect(watched.takeDropped()).toBe(0)
    watched.saw([['alice', later()]])
    watched.saw([['carol', later()]])
    expect(watched.due(Date.now())).toEqual(['alice', 'carol'])
    expect(watched.takeDropped()).toBe(1)
    expect(watched.takeDropped()).toBe(0)
  })
})
