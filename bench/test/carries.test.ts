import { expect, it } from 'vitest'
import { formatCarries } from '../src/report/carries.ts'
import { createReader } from '../src/report/reader.ts'
import { notMeasured } from '../src/report/statements.ts'
import { figuresOf, resultsOf, runOf } from './results-of.ts'

function carried(supervisorMicros: number): string[][] {
  const table = (id: string, runs: ReturnType<typeof runOf>[]) => ({ id, title: id, runs })
  const tables = [
    table('throughput', [runOf('scopegate-ES384', 100)]),
    table('cold', [runOf('scopegate-ES384', 1000)]),
    table('workers', [runOf('workers-1-kept', 100), runOf('workers-2-kept', 125)]),
  ]
  const figures = figuresOf({ 'supervisor-request': supervisorMicros })
  return rows(formatCarries(createReader(resultsOf([{ tables, figures }]))))
}

function rows(table: string): string[][] {
  const lines = table.split('\n').slice(2)
  return lines.map((line) => line.split('|').map((cell) => cell.trim()))
}

it('multiplies what a core carries, less what workers cost each other', () => {
  expect(carried(1).map(([, , known, cold]) => [known, cold])).toEqual([
    ['10,000', '1,000'],
    ['16,000', '1,600'],
    ['64,000', '6,400'],
    ['640,000', '64,000'],
  ])
})

it('lets no machine carry more than its supervisor can', () => {
  expect(carried(50).map(([, , known]) => known)).toEqual(['10,000', '16,000', '20,000', '200,000'])
})

it('claims nothing that was not measured', () => {
  const cells = rows(formatCarries(createReader(resultsOf([])))).map(([, , known]) => known)
  expect(new Set(cells)).toEqual(new Set([notMeasured]))
})
