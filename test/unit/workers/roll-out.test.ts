import { describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { rollOut } from '../../../src/workers/roll-out.ts'

const old = {} as Config // Nothing but its identity counts here.
const next = {} as Config

/** Slots, each with what its worker says against a new configuration. */
function slotsWith(problems: readonly (string | undefined)[]) {
  return problems.map((problem) => {
    const slot = {
      config: old,
      async reload(given: Config) {
        if (problem === undefined) slot.config = given
        return problem
      },
      async catchUp() {
        slot.config = old
      },
    }
    return slot
  })
}

describe('a new configuration', () => {
  test('is in every worker when none refuses it', async () => {
    const slots = slotsWith([undefined, undefined, undefined])
    expect(await rollOut(slots, next)).toBeUndefined()
    expect(slots.every(({ config }) => config === next)).toBe(true)
  })

  test.each([0, 1, 2])('is in no worker when number %i refuses it', async (refusing) => {
    const slots = slotsWith([0, 1, 2].map((i) => (i === refusing ? 'no' : undefined)))
    expect(await rollOut(slots, next)).toBe('no')
    expect(slots.every(({ config }) => config === old)).toBe(true)
  })
})
