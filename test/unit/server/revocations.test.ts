import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openRevocations, type RevocationsOptions } from '../../../src/server/revocations.ts'
import type { CutOff } from '../../../src/token/cut-offs.ts'
import { configOf, fileWith } from '../../support/config.ts'
import { temporaryFolder } from '../../support/process.ts'
import { recordingLog } from '../../support/verifier.ts'

const issuer = 'https://tenant.logto.app/oidc'

async function openAt(name: string | undefined, more: Partial<RevocationsOptions> = {}) {
  const revocation = name === undefined ? '' : `revocation: { file: "${name}" }`
  const config = configOf(fileWith({ top: revocation }))
  const announced: (readonly CutOff[])[] = []
  const log = recordingLog()
  const revocations = await openRevocations({
    config: () => config,
    log,
    announce: (cutOffs) => void announced.push(cutOffs),
    ...more,
  })
  onTestFinished(() => revocations.close().catch(() => {}))
  return { ...revocations, announced, log }
}

const newName = () => join(temporaryFolder(), 'revocations.jsonl')
const linesOf = (name: string) => readFileSync(name, 'utf8').trimEnd().split('\n')
const sub = (id: string, instantMs?: number) => ({ kind: 'sub', id, instantMs }) as const

describe('revocations', () => {
  test('are announced before they are kept, and both before they are answered', async () => {
    const name = newName()
    const order: string[] = []
    const { revoke } = await openAt(name, {
      announce: async () => {
        await new Promise((resolve) => setTimeout(resolve, 30))
        order.push(`announced ${readFileSync(name, 'utf8').length}`)
      },
    })
    await revoke([sub('alice')])
    order.push(`answered ${linesOf(name).length}`)
    expect(order).toEqual(['announced 0', 'answered 1'])
  })

  test('that are known are answered no sooner than the ones that are on their way, which are the same', async () => {
    const name = newName()
    let deliver = () => {}
    const { revoke } = await openAt(name, {
      announce: () =>
        new Promise<void>((resolve) => {
          deliver = resolve
        }),
    })
    const answers: string[] = []
    const ask = async (who: string) => {
      await revoke([sub('alice', 1_000_000)])
      answers.push(`${who} answered ${linesOf(name).length}`)
    }
    const both = [ask('first'), ask('second')]
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(answers).toEqual([])
    deliver()
    await Promise.all(both)
    expect(answers.toSorted()).toEqual(['first answered 1', 'second answered 1'])
  })

  test('that come together are written together, each once', async () => {
    const name = newName()
    const { revoke } = await openAt(name)
    const ids = Array.from({ length: 200 }, (_, i) => `user${i}`)
    await Promise.all([...ids, ...ids].map((id) => revoke([sub(id, Date.now() - 10_000)])))
    const written = linesOf(name).map((line) => JSON.parse(line).sub)
    expect(written.toSorted()).toEqual(ids.toSorted())
  })

  test('are in force though they cannot be kept, and are kept with the next one that can', async () => {
    const name = newName()
    const { revoke, cutOffs, announced } = await openAt(name)
    const before = readFileSync(name)
    writeFileSync(name, 'of another program\n')
    await expect(revoke([sub('alice', 1_000_000)])).rejects.toThrow('its own')
    expect(announced).toHaveLength(1)
    expect(cutOffs.size).toBe(1)
    // The same again is nothing new, and still not kept.
    await expect(revoke([sub('alice', 1_000_000)])).rejects.toThrow('its own')
    expect(announced).toHaveLength(1)
    writeFileSync(name, before)
    await revoke([sub('bob', Date.now())])
    expect(linesOf(name).map((line) => JSON.parse(line).sub)).toEqual(['alice', 'bob'])
  })

  test('come back from the file, without those that no living token is from before of', async () => {
    const name = newName()
    const now = new Date()
    const old = new Date(now.getTime() - 48 * 3_600_000)
    const line = (id: string, at: Date) => JSON.stringify({ issuer, sub: id, before: at.toISOString() })
    writeFileSync(name, `${[line('old', old), line('alice', old), line('alice', now)].join('\n')}\n`)
    const { cutOffs } = await openAt(name)
    expect(cutOffs.list().map(({ id }) => id)).toEqual(['alice'])
  })

  test('are kept in a file that cannot be written anew, such as one that a container has mounted alone', async () => {
    const name = newName()
    const old = new Date(Date.now() - 48 * 3_600_000)
    const line = `${JSON.stringify({ issuer, sub: 'old', before: old.toISOString() })}\n`
    writeFileSync(name, line.repeat(10_100))
    symlinkSync('/dev/full', `${name}.new`)
    const { revoke } = await openAt(name)
    await revoke([sub('alice')])
    expect(linesOf(name)).toHaveLength(10_101)
  })

  test('leave the file of a gateway alone that runs, when another is started by mistake', async () => {
    const name = newName()
    const { revoke } = await openAt(name)
    await revoke([sub('alice')])
    writeFileSync(name, readFileSync(name).subarray(0, -10))
    const torn = readFileSync(name)
    await openAt(name)
    expect(readFileSync(name)).toEqual(torn)
  })

  test('rid the file of lines that count no more when these are many', async () => {
    const name = newName()
    const { revoke } = await openAt(name)
    const startMs = Date.now() - 20_000_000
    const many = Array.from({ length: 10_001 }, (_, i) => sub('alice', startMs + i * 1000))
    for (const one of many.slice(0, 3)) await revoke([one])
    await revoke(many.slice(3))
    expect(linesOf(name)).toHaveLength(10_001)
    await revoke([sub('alice', startMs + 10_001_000)])
    await revoke([sub('alice', startMs + 10_002_000)])
    await revoke([sub('bob', startMs)])
    expect(linesOf(name).map((line) => JSON.parse(line).sub)).toEqual(['alice', 'bob'])
  })
})

describe('the withdrawal of a role', () => {
  const role = { issuer, kind: 'role', id: 'role1', instantMs: 1_000_000 } as const

  test('cuts off those who have it', async () => {
    const asked: string[] = []
    const { revoke } = await openAt(undefined, {
      usersOfRole: async (...args) => {
        asked.push(...args)
        return ['alice', 'bob']
      },
    })
    const made = await revoke([role])
    expect(made.map(({ kind, id }) => [kind, id])).toEqual([
      ['sub', 'alice'],
      ['sub', 'bob'],
    ])
    expect(asked).toEqual([issuer, 'role1'])
  })

  test('cuts off everybody when Logto does not say who has it, and tells the operator', async () => {
    const { revoke, log } = await openAt(undefined, { usersOfRole: () => Promise.reject(new Error('503')) })
    expect(await revoke([role])).toMatchObject([{ kind: 'all', id: '' }])
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { problem: '503' } }])
  })

  test('cuts off everybody within a second when Logto takes its time', async () => {
    const { revoke } = await openAt(undefined, { usersOfRole: () => new Promise(() => {}) })
    const startedMs = performance.now()
    expect(await revoke([role])).toMatchObject([{ kind: 'all' }])
    expect(performance.now() - startedMs).toBeLessThan(1000)
  })

  test('cuts off everybody when nobody can be asked', async () => {
    const { revoke } = await openAt(undefined)
    expect(await revoke([role])).toMatchObject([{ kind: 'all' }])
  })
})
