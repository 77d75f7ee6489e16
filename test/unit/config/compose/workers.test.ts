import { describe, expect, test } from 'vitest'
import { coresOf } from '../../../../src/config/compose/workers.ts'
import { parseConfig } from '../../../../src/config/load.ts'

describe('workers', () => {
  test.each([
    ['max 100000\n', Number.POSITIVE_INFINITY],
    ['200000 100000\n', 2],
    ['150000 100000\n', 2],
    ['50000 100000\n', 1],
    ['', Number.POSITIVE_INFINITY],
  ])('a container with the quota %j has %d cores', (quota, cores) => {
    expect(coresOf(quota)).toBe(cores)
  })

  test.each([
    ['', 1],
    ['workers: 3', 3],
    ['workers: "3"', 3],
    ['workers: auto\nlimits: { connections: 1 }', 1],
  ])('%j are as many as %d', (line, workers) => {
    const text = `apis: {}\n${line}\n`
    expect(parseConfig(text, { fileName: 'gateway.yaml', env: {} }).config?.workers).toBe(workers)
  })
})
