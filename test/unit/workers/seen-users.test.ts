import { describe, expect, test } from 'vitest'
import type { Seen } from '../../../src/token/seen-subjects.ts'
import { createSeenUsers } from '../../../src/workers/seen-users.ts'

describe('the users who were seen', () => {
  test('by a worker that is busy are told of the next time, and those of the others at once', async () => {
    let reply = (_: readonly Seen[]) => {}
    const busy = new Promise<readonly Seen[]>((resolve) => {
      reply = resolve
    })
    const ofBusy = [busy, Promise.resolve([])]
    const ofOther: Seen[][] = [[['bob', 1]], []]
    const take = createSeenUsers(
      [{ seen: async () => ofBusy.shift() }, { seen: async () => ofOther.shift() }],
      10,
    )
    expect(await take()).toEqual([['bob', 1]])
    reply([['alice', 1]])
    expect(await take()).toEqual([['alice', 1]])
    expect(await take()).toEqual([])
  })

  test('are nobody where no process serves', async () => {
    expect(await createSeenUsers([{ seen: async () => undefined }], 10)()).toEqual([])
  })
})
