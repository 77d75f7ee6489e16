import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { digestOf } from '../../../src/config/file-reader.ts'
import { watchFile, watchFiles } from '../../../src/config/watch.ts'

/** Real files; only the clock that says when to look is ours. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

const look = () => vi.advanceTimersByTime(500)

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'scopegate-watch-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function watched(fileName: string) {
  const seen = { changes: 0 }
  const watch = watchFile(fileName, () => {
    seen.changes += 1
  })
  onTestFinished(() => watch.close())
  return { ...watch, changes: () => seen.changes }
}

function writtenFile(): string {
  const file = join(folder(), 'gateway.yaml')
  writeFileSync(file, 'one')
  return file
}

describe('a watched file', () => {
  test('is said to have changed once after it was written in place', () => {
    const file = writtenFile()
    const watch = watched(file)
    writeFileSync(file, 'two')
    look()
    look()
    expect(watch.changes()).toBe(1)
    look()
    look()
    expect(watch.changes()).toBe(1)
  })

  test('that was told to be loaded is not loaded a second time for the same change', () => {
    const file = writtenFile()
    const watch = watched(file)
    writeFileSync(file, 'two')
    look()
    watch.tell()
    look()
    look()
    expect(watch.changes()).toBe(1)
  })

  test('is loaded when told to, although it did not change, and the next change is seen', () => {
    const file = writtenFile()
    const watch = watched(file)
    watch.tell()
    expect(watch.changes()).toBe(1)
    writeFileSync(file, 'two')
    look()
    look()
    expect(watch.changes()).toBe(2)
  })

  test('is said to have changed when an editor puts another file in its place', () => {
    const file = writtenFile()
    const watch = watched(file)
    writeFileSync(`${file}.new`, 'two')
    renameSync(`${file}.new`, file)
    look()
    look()
    expect(watch.changes()).toBe(1)
  })

  test('is said to have changed when Kubernetes swaps the folder behind its symlink', () => {
    const mount = folder()
    const put = (version: string, content: string) => {
      mkdirSync(join(mount, version))
      writeFileSync(join(mount, version, 'gateway.yaml'), content)
      symlinkSync(version, join(mount, '..data_tmp'))
      renameSync(join(mount, '..data_tmp'), join(mount, '..data'))
    }
    put('..2026_01_01', 'one')
    symlinkSync('..data/gateway.yaml', join(mount, 'gateway.yaml'))
    const watch = watched(join(mount, 'gateway.yaml'))
    put('..2026_01_02', 'two')
    rmSync(join(mount, '..2026_01_01'), { recursive: true })
    look()
    look()
    expect(watch.changes()).toBe(1)
  })

  test('is waited for while it is gone, and compared when it is back', () => {
    const file = writtenFile()
    const watch = watched(file)
    rmSync(file)
    look()
    look()
    look()
    expect(watch.changes()).toBe(0)
    writeFileSync(file, 'one')
    look()
    look()
    expect(watch.changes()).toBe(0)
    rmSync(file)
    look()
    writeFileSync(file, 'two')
    look()
    look()
    expect(watch.changes()).toBe(1)
  })

  test('is said to have changed when it appears only after the watch began', () => {
    const file = join(folder(), 'gateway.yaml')
    const watch = watched(file)
    writeFileSync(file, 'one')
    look()
    look()
    expect(watch.changes()).toBe(1)
  })

  test('is left alone while it is still being written', () => {
    const file = writtenFile()
    const watch = watched(file)
    for (const content of ['t', 'tw', 'two']) {
      writeFileSync(file, content)
      look()
      expect(watch.changes()).toBe(0)
    }
    look()
    expect(watch.changes()).toBe(1)
  })

  test('has not changed when only its date has, or when a change was taken back', () => {
    const file = writtenFile()
    const watch = watched(file)
    utimesSync(file, new Date(0), new Date(0))
    look()
    look()
    writeFileSync(file, 'two')
    look()
    writeFileSync(file, 'one')
    look()
    look()
    expect(watch.changes()).toBe(0)
  })

  test('is said to have changed each time that it does', () => {
    const file = writtenFile()
    const watch = watched(file)
    for (const content of ['two', 'three', 'one']) {
      writeFileSync(file, content)
      look()
      look()
    }
    expect(watch.changes()).toBe(3)
  })

  test('is looked at no more after the watch was closed', () => {
    const file = writtenFile()
    const watch = watched(file)
    watch.close()
    writeFileSync(file, 'two')
    look()
    look()
    expect(watch.changes()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('several watched files', () => {
  function watchedFiles(...contents: readonly string[]) {
    const at = folder()
    const names = contents.map((_, i) => join(at, `file-${i}`))
    for (const [i, name] of names.entries()) writeFileSync(name, contents[i] ?? '')
    const heard: string[] = []
    const read = new Map(names.map((name, i) => [name, digestOf(Buffer.from(contents[i] ?? ''))]))
    const watch = watchFiles(read, {
      changed: () => void heard.push('changed'),
      unreadable: (name, problem) => void heard.push(`${name.slice(at.length + 1)} ${problem}`),
    })
    onTestFinished(() => watch.close())
    return { ...watch, at, names: names as [string, ...string[]], heard }
  }

  test('are said to have changed once when two of them do', () => {
    const { names, heard } = watchedFiles('a', 'b', 'c')
    for (const name of names.slice(1)) writeFileSync(name, 'new')
    look()
    look()
    look()
    expect(heard).toEqual(['changed'])
  })

  test('are compared with what they held when they were read, not when the watch began', () => {
    const { names, heard, follow } = watchedFiles('a')
    follow(new Map([[names[0], digestOf(Buffer.from('before'))]]))
    look()
    look()
    expect(heard).toEqual(['changed'])
  })

  test('may be others after a reload', () => {
    const { names, heard, follow, at } = watchedFiles('a')
    const missing = join(at, 'missing')
    follow(new Map([[missing, undefined]]))
    writeFileSync(names[0], 'new')
    look()
    look()
    expect(heard).toEqual([])
    writeFileSync(missing, 'here')
    look()
    look()
    expect(heard).toEqual(['changed'])
  })

  test('are told of once when one is there and cannot be read', () => {
    const { names, heard } = watchedFiles('a', 'b')
    rmSync(names[0])
    mkdirSync(names[0])
    look()
    expect(heard).toEqual([])
    look()
    look()
    expect(heard).toEqual(['file-0 is a folder: name a file in it'])
    rmSync(names[0], { recursive: true })
    look()
    mkdirSync(names[0])
    look()
    look()
    expect(heard).toHaveLength(2)
  })
})
