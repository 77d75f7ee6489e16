import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatIssue } from '../../src/config/issue.ts'
import { parseConfig } from '../../src/config/load.ts'

const folder = join(import.meta.dirname, '../cases/config')
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => readFileSync(join(folder, name), 'utf8').split('---8<---')[0] ?? '')

/** A configuration with some characters taken out and others put in. */
const damaged = fc
  .record({
    text: fc.constantFrom(...files),
    at: fc.nat(),
    gone: fc.nat({ max: 12 }),
    put: fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom(
        '{',
        '}',
        '[',
        '*a',
        '&a ',
        '\n',
        '\n  ',
        ': ',
        '- ',
        '"',
        '${',
        '~',
        '5',
        '<<: ',
        '? ',
      ),
    ),
  })
  .map(({ text, at, gone, put }) => {
    const from = at % (text.length + 1)
    return text.slice(0, from) + put + text.slice(from + gone)
  })

describe('a configuration file, however it is damaged', () => {
  test('is read without a fault, and every issue points into it', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const result = parseConfig(text, { fileName: 'gateway.yaml', env: {} })
        const errors = result.issues.filter(({ severity }) => severity === 'error')
        expect(result.config === undefined).toBe(errors.length > 0)
        const lines = text.split('\n')
        for (const issue of result.issues) {
          expect(issue.column).toBeLessThanOrEqual((lines[issue.line - 1] ?? '').length + 1)
          expect(formatIssue(issue, result)).toContain(issue.message)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('is reported in the order of its lines, and nothing twice', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const { issues } = parseConfig(text, { fileName: 'gateway.yaml', env: {} })
        const places = issues.map(({ line, column }) => line * 10_000 + column)
        expect(places).toEqual(places.toSorted((a, b) => a - b))
        expect(new Set(issues.map((issue) => JSON.stringify(issue))).size).toBe(issues.length)
      }),
      { numRuns: 300 },
    )
  })
})
