import { beforeEach, expect, test } from 'vitest'
import { createKeyReport, type KeyReport } from '../../../src/issuer/key-report.ts'
import { recordingLog } from '../../support/verifier.ts'

const startMs = Date.UTC(2026, 10, 25, 15, 30)
const endMs = startMs + 24 * 3_600_000
const hourMs = 3_600_000

let nowMs: number
let log: ReturnType<typeof recordingLog>
let report: KeyReport

beforeEach(() => {
  nowMs = startMs
  log = recordingLog()
  report = createKeyReport('https://issuer.example', log, () => nowMs)
})

const levels = () => log.lines.map(({ level }) => level)
const effects = () => log.lines.map(({ message }) => /; (.*?);/.exec(message)?.[1])

test('a fetch that changes nothing leaves no line', () => {
  report.succeeded(1, { added: 1, removed: 0 })
  report.succeeded(1, { added: 0, removed: 0 })
  expect(levels()).toEqual(['info'])
})

test('an outage leaves one line for each problem, and its end another', () => {
  for (const problem of ['down', 'down', 'slow', 'slow']) report.failed(problem, endMs)
  expect(levels()).toEqual(['warn', 'warn'])
  report.succeeded(1, { added: 0, removed: 0 })
  expect(levels()).toEqual(['warn', 'warn', 'info'])
})

test('an outage says until when the last keys serve, and is told again when they have run out', () => {
  report.failed('down', endMs)
  report.failed('down', undefined)
  expect(effects()).toEqual([
    'the last keys stay in use until 2026-11-26T15:30:00Z',
    'routes that need a token answer 503',
  ])
})

test('a lasting outage is reminded of every hour, with its beginning and the end of the last keys', () => {
  for (; nowMs <= startMs + 3 * hourMs; nowMs += 30_000) report.failed('down', endMs)
  expect(effects()).toEqual(Array(4).fill('the last keys stay in use until 2026-11-26T15:30:00Z'))
  for (const { fields } of log.lines) expect(fields).toMatchObject({ since: '2026-11-25T15:30:00Z' })
  report.succeeded(1, { added: 0, removed: 0 })
  nowMs += hourMs
  report.failed('down', endMs)
  expect(log.lines.at(-1)?.fields).toMatchObject({ since: new Date(nowMs).toISOString().replace('.000', '') })
})

test('the problem is that of the last fetch', () => {
  expect(report.problem).toBeUndefined()
  report.failed('down', endMs)
  expect(report.problem).toBe('down')
  report.succeeded(1, { added: 0, removed: 0 })
  expect(report.problem).toBeUndefined()
})
