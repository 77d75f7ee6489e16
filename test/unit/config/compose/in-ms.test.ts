import { expect, test } from 'vitest'
import { inMs } from '../../../../src/config/compose/in-ms.ts'

test('times get their unit as the end of their name', () => {
  expect(inMs({ connect: 5000, idle: 1 })).toEqual({ connectMs: 5000, idleMs: 1 })
})
