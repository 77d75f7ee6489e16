import { expect, test } from 'vitest'
import { createLongAnswers } from '../../../src/log/long-answers.ts'
import { startRecord } from '../../../src/log/request-record.ts'

type Given = { code?: 'client_closed'; status?: number; route?: string }

/** The warnings about responses that are over at these minutes. */
function warningsOf(...responses: [minute: number, characters: number, tookMs: number, given?: Given][]) {
  const warnings: unknown[] = []
  let minute = 0
  const hear = createLongAnswers({ warn: (fields) => void warnings.push(fields) }, () => minute * 60_000)
  for (const [at, characters, tookMs, given] of responses) {
    minute = at
    hear({ ...startRecord('r1', 'GET'), api: 'todo', route: '/a', status: 200, ...given }, characters, tookMs)
  }
  return warnings
}

test.each([
  ['100,000 characters', 100_000, 0, {}, 0],
  ['one more', 100_001, 0, {}, 1],
  ['45 s', 0, 45_000, {}, 0],
  ['longer', 0, 45_001, {}, 1],
  ['one that the client left before', 0, 39_000, { code: 'client_closed' }, 0],
  ['one that the client gave up', 0, 44_900, { code: 'client_closed' }, 1],
  ['a WebSocket', 0, 3_600_000, { status: 101 }, 0],
] as const)('a response of %s', (_, characters, tookMs, given, count) => {
  expect(warningsOf([0, characters, tookMs, given])).toHaveLength(count)
})

test('one route is told once an hour, whatever is wrong with it, and each route on its own', () => {
  const other = { route: '/b' }
  expect(
    warningsOf([0, 100_001, 0], [1, 0, 50_000], [2, 100_001, 0, other], [59, 100_001, 0], [60, 7, 46_499]),
  ).toEqual([
    { api: 'todo', route: '/a', characters: 100_001, seconds: 0 },
    { api: 'todo', route: '/b', characters: 100_001, seconds: 0 },
    { api: 'todo', route: '/a', characters: 7, seconds: 46 },
  ])
})
