import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openDestination } from '../../../src/log/destination.ts'
import { createFifo } from '../../support/fifo.ts'
import { temporaryFolder } from '../../support/process.ts'

const open = (target: number | string, onRecovered: (lines: number) => void = () => {}) =>
  openDestination(target, { batchBytes: 64 * 1024, onRecovered })
const line = (number: number, bytes = 1000) => `${String(number).padEnd(bytes - 1, '.')}\n`
const numbersIn = (text: string) => text.trimEnd().split('\n').map(Number.parseFloat)

describe('a destination of log lines', () => {
  test('that is a file has all of them once it has ended', async () => {
    const file = join(temporaryFolder(), 'log')
    const destination = open(file)
    for (let i = 0; i < 1000; i++) destination.write(line(i))
    expect(await destination.end()).toBe('ended')
    expect(numbersIn(readFileSync(file, 'utf8'))).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    destination.write('too late\n')
  })

  test('that is a pipe gets all of them in order, however slowly it is read', async () => {
    const pipe = createFifo()
    const destination = open(pipe.fd)
    for (let i = 0; i < 3000; i++) destination.write(line(i))
    const text = await pipe.readUntil(/^2999\.+\n$/m)
    expect(numbersIn(text)).toEqual(Array.from({ length: 3000 }, (_, i) => i))
    expect(destination.droppedLines).toBe(0)
  })

  test('that nobody reads holds 16 MiB, drops the rest, and tells how much when it is read again', async () => {
    const pipe = createFifo()
    const told: number[] = []
    const destination = open(pipe.fd, (lines) => {
      told.push(lines)
      destination.write('told\n')
    })
    const batch = Array.from({ length: 50 }, (_, i) => line(i)).join('')
    for (let i = 0; i < 500; i++) destination.write(batch)
    const dropped = destination.droppedLines
    expect(dropped).toBeGreaterThan(8000)
    const text = await pipe.readUntil(/told\n$/)
    expect(told).toEqual([dropped])
    expect(text.split('\n').length - 2).toBe(25_000 - dropped)
    expect(destination.droppedLines).toBe(dropped)
  })

  test('that nobody reads ends all the same, within about a second', async () => {
    const destination = open(createFifo().fd)
    for (let i = 0; i < 1000; i++) destination.write(line(i))
    const startedMs = performance.now()
    expect(await destination.end()).toBe('ended')
    expect(performance.now() - startedMs).toBeLessThan(3000)
  })

  test('that is a full disk neither throws nor holds up the end', async () => {
    const destination = open(openSync('/dev/full', 'w'))
    for (let i = 0; i < 20_000; i++) destination.write(line(i))
    expect(destination.droppedLines).toBeGreaterThan(3000)
    expect(await destination.end()).toBe('ended')
  })
})
