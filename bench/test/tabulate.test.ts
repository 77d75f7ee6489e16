import { describe, expect, it } from 'vitest'
import { isRough, tabulate } from '../src/report/tabulate.ts'
import type { Table } from '../src/results.ts'
import { roundOf, runOf } from './results-of.ts'

const table = (rest: Partial<Table>): Table => ({ id: 't', title: 'T', runs: [runOf('a', 50)], ...rest })

function cell(of: Table, row: number, title: string): string | undefined {
  const { titles, rows } = tabulate(of)
  const index = titles.indexOf(title)
  return index === -1 ? undefined : rows[row]?.[index]
}

describe('tabulate', () => {
  it('says what a core could, where it was not full', () => {
    expect(cell(table({}), 0, 'a core can')).toBe('20,000')
  })

  it('does not say so where it was', () => {
    const full = runOf('a', 50)
    const rounds = full.rounds.map((round) => ({ ...round, busy: 0.99 }))
    expect(cell(table({ runs: [{ ...full, rounds }] }), 0, 'a core can')).toBe('')
  })

  it('counts in the unit of the table', () => {
    expect(cell(table({ unit: 'message' }), 0, 'messages/s')).toBe('1,000')
  })

  it('gives MiB/s where bodies are the matter, and only there', () => {
    expect(cell(table({ bodyBytes: 2 ** 20 }), 0, 'MiB/s')).toBe('1,000')
    expect(cell(table({}), 0, 'MiB/s')).toBeUndefined()
  })

  it('holds a run against another where it names one', () => {
    const runs = [runOf('a', 50), runOf('b', 100, { against: 'a' })]
    expect([0, 1].map((row) => cell(table({ runs }), row, 'Scopegate is'))).toEqual(['', '2.00 ×'])
  })

  it('marks a figure whose rounds are more than a fifth apart, and no other', () => {
    const rough = table({ runs: [runOf('a', 0, { rounds: [50, 55, 62].map(roundOf) })] })
    expect([cell(rough, 0, 'CPU µs'), cell(rough, 0, 'p50 ms')]).toEqual(['~55.0', '1.00'])
    expect([isRough(tabulate(rough)), isRough(tabulate(table({})))]).toEqual([true, false])
  })

  it('marks what is derived from such rounds', () => {
    const runs = [runOf('a', 50), runOf('b', 0, { rounds: [50, 55, 62].map(roundOf), against: 'a' })]
    expect(cell(table({ runs }), 1, 'Scopegate is')).toBe('~1.10 ×')
    expect(cell(table({ runs }), 1, 'a core can')).toBe('~18,182')
  })

  it('gives the reason and no figure for a run without rounds', () => {
    const { rows } = tabulate(table({ runs: [runOf('a', 50, { rounds: [], problem: 'it broke' })] }))
    expect(rows).toEqual([['a: it broke', '', '', '', '', '', '', '']])
  })
})
