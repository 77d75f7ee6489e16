import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openRevocationFile } from '../../../src/server/revocation-file.ts'
import type { CutOff } from '../../../src/token/cut-offs.ts'
import { temporaryFolder } from '../../support/process.ts'

const issuer = 'https://auth.example.com/oidc'
const cutOff = (id: string, instantS = 1_769_860_800): CutOff => ({ issuer, kind: 'sub', id, instantS })
const line = (id: string) => `{"issuer":"${issuer}","sub":"${id}","before":"2026-01-31T12:00:00.000Z"}\n`
const newName = () => join(temporaryFolder(), 'revocations.jsonl')

async function read(name: string): Promise<readonly CutOff[]> {
  const { file, cutOffs } = await openRevocationFile(name)
  await file.close()
  return cutOffs
}

function replaceByCopy(name: string): void {
  copyFileSync(name, `${name}.1`)
  renameSync(`${name}.1`, name)
}

describe('revocation.file', () => {
  test('is made for this account alone, and holds what was appended', async () => {
    const name = newName()
    const { file, cutOffs } = await openRevocationFile(name)
    expect(cutOffs).toEqual([])
    expect(statSync(name).mode & 0o777).toBe(0o600)
    await file.append([cutOff('alice'), cutOff('bob')])
    await file.append([{ issuer, kind: 'all', id: '', instantS: 1_769_860_800 }])
    expect(file.lines).toBe(3)
    await file.close()
    expect(readFileSync(name, 'utf8')).toBe(
      `${line('alice')}${line('bob')}{"issuer":"${issuer}","all":true,"before":"2026-01-31T12:00:00.000Z"}\n`,
    )
    expect((await read(name)).map(({ kind, id }) => [kind, id])).toEqual([
      ['sub', 'alice'],
      ['sub', 'bob'],
      ['all', ''],
    ])
  })

  test.each(['a"b', 'line\nbreak', '\u2028', 'é😀', '\ud800', '__proto__'])('keeps the id %j', async (id) => {
    const name = newName()
    const { file } = await openRevocationFile(name)
    await file.append([cutOff(id)])
    await file.close()
    expect(await read(name)).toEqual([cutOff(id)])
  })

  test('drops a last line that was cut short, at any byte, and goes on behind the whole ones', async () => {
    const name = newName()
    for (let cut = 1; cut < line('é').length; cut += 7) {
      writeFileSync(
        name,
        Buffer.concat([Buffer.from(line('alice')), Buffer.from(line('é')).subarray(0, cut)]),
      )
      const before = readFileSync(name)
      const { file, cutOffs } = await openRevocationFile(name)
      expect(cutOffs).toEqual([cutOff('alice')])
      expect(readFileSync(name)).toEqual(before)
      await file.append([cutOff('bob')])
      await file.close()
      expect(readFileSync(name, 'utf8')).toBe(line('alice') + line('bob'))
    }
  })

  test('drops the zeros that a power failure may leave at its end', async () => {
    const name = newName()
    writeFileSync(name, `${line('alice')}${'\0'.repeat(100)}`)
    expect(await read(name)).toEqual([cutOff('alice')])
  })

  test('keeps a last line that lacks no more than its end, as editors leave it', async () => {
    const name = newName()
    writeFileSync(name, line('alice') + line('bob').trimEnd())
    const { file, cutOffs } = await openRevocationFile(name)
    expect(cutOffs).toEqual([cutOff('alice'), cutOff('bob')])
    await file.append([cutOff('carol')])
    await file.append([cutOff('dave')])
    await file.close()
    expect(readFileSync(name, 'utf8')).toBe(['alice', 'bob', 'carol', 'dave'].map(line).join(''))
  })

  test.each([
    ['no JSON', 'garbage'],
    ['an empty line', ''],
    ['a list', '[]'],
    ['zeros', '\0\0\0'],
    ['no issuer', '{"sub":"a","before":"2026-01-31T12:00:00Z"}'],
    ['nobody', `{"issuer":"${issuer}","before":"2026-01-31T12:00:00Z"}`],
    ['two', `{"issuer":"${issuer}","sub":"a","client":"b","before":"2026-01-31T12:00:00Z"}`],
    ['a number', `{"issuer":"${issuer}","sub":1,"before":"2026-01-31T12:00:00Z"}`],
    ['all that is not true', `{"issuer":"${issuer}","all":false,"before":"2026-01-31T12:00:00Z"}`],
    ['no time', `{"issuer":"${issuer}","sub":"a"}`],
    ['a time that is none', `{"issuer":"${issuer}","sub":"a","before":"1"}`],
  ])('is refused with its line when that holds %s', async (_, damaged) => {
    const name = newName()
    writeFileSync(name, `${line('alice')}${damaged}\n${line('bob')}`)
    await expect(openRevocationFile(name)).rejects.toThrow(`${name}:2 is damaged`)
    expect(readFileSync(name, 'utf8')).toContain(line('bob'))
  })

  test('is refused with a sentence when it cannot be opened, or is no plain file', async () => {
    await expect(openRevocationFile(join(temporaryFolder(), 'no', 'file'))).rejects.toThrow(
      '(ENOENT): correct revocation.file',
    )
    await expect(openRevocationFile(temporaryFolder())).rejects.toThrow('revocation.file')
    await expect(openRevocationFile('/dev/zero')).rejects.toThrow('is no plain file')
  })

  test('is written anew with the cut-offs that count, and goes on', async () => {
    const name = newName()
    const { file } = await openRevocationFile(name)
    await file.append([cutOff('alice'), cutOff('bob'), cutOff('carol')])
    await file.replace([cutOff('bob')])
    expect(file.lines).toBe(1)
    await file.append([cutOff('dave')])
    await file.close()
    expect(readFileSync(name, 'utf8')).toBe(line('bob') + line('dave'))
    expect(statSync(name).mode & 0o777).toBe(0o600)
    expect(existsSync(`${name}.new`)).toBe(false)
  })

  test.each([
    ['moved away', (name: string) => renameSync(name, `${name}.1`)],
    ['replaced', replaceByCopy],
    ['written by another gateway', (name: string) => appendFileSync(name, line('bob'))],
    ['emptied', (name: string) => writeFileSync(name, '')],
  ])('keeps nothing, and says so, after it was %s', async (_, change) => {
    const name = newName()
    const { file } = await openRevocationFile(name)
    await file.append([cutOff('alice')])
    change(name)
    await expect(file.append([cutOff('carol')])).rejects.toThrow(
      'give each gateway a revocation.file of its own',
    )
    await expect(file.replace([cutOff('carol')])).rejects.toThrow('its own')
    await file.close()
  })

  test('keeps what it has when it cannot be written anew', async () => {
    const name = newName()
    const { file } = await openRevocationFile(name)
    await file.append([cutOff('alice')])
    symlinkSync('/dev/full', `${name}.new`)
    await expect(file.replace([cutOff('bob')])).rejects.toThrow('ENOSPC')
    await file.append([cutOff('carol')])
    await file.close()
    expect(readFileSync(name, 'utf8')).toBe(line('alice') + line('carol'))
  })

  test('leaves rights alone that somebody gave it', async () => {
    const name = newName()
    writeFileSync(name, line('alice'))
    chmodSync(name, 0o640)
    await read(name)
    expect(statSync(name).mode & 0o777).toBe(0o640)
  })
})
