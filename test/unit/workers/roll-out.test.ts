import { describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { rollOut } from '../../../src/workers/roll-out.ts'

const old = {} as Config // Only its identity counts here.
const next = {} as Config

/** Slots of which some refuse new rules. */
function slotsWith(answers: readonly (string | undefined)[]) {
  return answers.map((problem) => {
    const slot = {
      rules: old,
      async reload(config: Config) {
        if (problem === undefined) slot.rules = config
        return problem
      },
      async catchUp() {
        slot.rules = old
      },
    }
    return slot
  })
}

describe('new rules', () => {
  test('are in every worker when none refuses them', async () => {
    const slots = slotsWith([undefined, undefined, undefined])
    expect(await rollOut(slots, next)).toBeUndefined()
    expect(slots.every(({ rules }) => rules === next)).toBe(true)
  })

  test.each([0, 1, 2])('are in no worker when number %i refuses them', async (refusing) => {
    const slots = slotsWith([0, 1, 2].map((i) => (i === refusing ? 'no' : undefined)))
    expect(await rollOut(slots, next)).toBe('no')
    expect(slots.every(({ rules }) => rules === old)).toBe(true)
  })
})
