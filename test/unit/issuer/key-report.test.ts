import { beforeEach, expect, test } from 'vitest'
import { createKeyReport, type KeyReport } from '../../../src/issuer/key-report.ts'
import { recordingLog } from '../../support/verifier.ts'

let log: ReturnType<typeof recordingLog>
let report: KeyReport

beforeEach(() => {
  log = recordingLog()
  report = createKeyReport('https://issuer.example', log)
})

const levels = () => log.lines.map(({ level }) => level)

test('a fetch that changes nothing leaves no line', () => {
  report.succeeded(1, { added: 1, removed: 0 })
  report.succeeded(1, { added: 0, removed: 0 })
  expect(levels()).toEqual(['info'])
})

test('an outage leaves one line for each problem, and its end another', () => {
  for (const problem of ['down', 'down', 'slow', 'slow']) report.failed(problem, true)
  expect(levels()).toEqual(['warn', 'warn'])
  report.succeeded(1, { added: 0, removed: 0 })
  expect(levels()).toEqual(['warn', 'warn', 'info'])
})

test('an outage is told again when the last keys have run out', () => {
  report.failed('down', true)
  report.failed('down', false)
  expect(log.lines.map(({ message }) => /; (.*?);/.exec(message)?.[1])).toEqual([
    'the last keys stay in use for up to 24 h',
    'routes that need a token answer 503',
  ])
})

test('the problem is that of the last fetch', () => {
  expect(report.problem).toBeUndefined()
  report.failed('down', true)
  expect(report.problem).toBe('down')
  report.succeeded(1, { added: 0, removed: 0 })
  expect(report.problem).toBeUndefined()
})
