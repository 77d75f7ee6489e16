import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDecisionLog } from '../../../src/log/decision-log.ts'
import type { LogOptions } from '../../../src/log/logger.ts'
import { type RequestRecord, startRecord } from '../../../src/log/request-record.ts'

type Options = Pick<LogOptions, 'decisions' | 'level'>

/** The lines of these records in the log. */
function write(records: readonly Partial<RequestRecord>[], options: Partial<Options> = {}): string {
  const lines: string[] = []
  const unused = () => {
    throw new Error('decision lines are not written as events')
  }
  const log = createDecisionLog(
    { debug: unused, info: unused, warn: unused, error: unused, write: (line) => void lines.push(line) },
    { decisions: 'all', level: 'info', ...options },
  )
  for (const record of records) log({ ...startRecord('r1', 'GET'), status: 200, ...record })
  return lines.join('')
}

const lineOf = (record: Partial<RequestRecord>) => JSON.parse(write([record])) as Record<string, unknown>

const full: RequestRecord = {
  requestId: 'r1',
  api: 'todo',
  route: '/todos/{id}',
  method: 'DELETE',
  path: '/todos/7',
  status: 403,
  outcome: 'refuse',
  code: 'insufficient_scope',
  detail: 'Why not',
  sub: 'user1',
  clientId: 'app1',
  client: 'chatgpt',
  conversation: 'c1',
  gpt: 'g-1',
  scopesHeld: 'read',
  scopesNeeded: 'read write',
  tokenKind: 'jwt',
  cache: 'hit',
  authMs: 0.25,
  upstreamMs: 12.5,
  bytesIn: 3,
  bytesOut: 250,
  remote: '203.0.113.7',
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 2, 3, 4, 5, 678) }))
afterEach(() => void vi.useRealTimers())

describe('a decision line', () => {
  it('has every field that is known, in one order', () => {
    expect(write([full])).toBe(
      '{"level":"info","time":"2026-01-02T03:04:05.678Z","msg":"request","requestId":"r1","api":"todo",' +
        '"route":"/todos/{id}","method":"DELETE","path":"/todos/7","status":403,"outcome":"refuse",' +
        '"code":"insufficient_scope","detail":"Why not","sub":"user1","clientId":"app1",' +
        '"client":"chatgpt","conversation":"c1","gpt":"g-1","scopesHeld":"read",' +
        '"scopesNeeded":"read write","tokenKind":"jwt","cache":"hit","authMs":0.250,"upstreamMs":12.500,' +
        '"bytesIn":3,"bytesOut":250,"remote":"203.0.113.7"}\n',
    )
  })

  it('says what the record says', () => {
    expect(lineOf(full)).toEqual({ level: 'info', time: '2026-01-02T03:04:05.678Z', msg: 'request', ...full })
  })

  it('leaves out what is not known', () => {
    expect(lineOf({ method: '', outcome: 'refuse', status: 400, code: 'malformed_request' })).toEqual({
      level: 'info',
      time: '2026-01-02T03:04:05.678Z',
      msg: 'request',
      requestId: 'r1',
      method: '',
      status: 400,
      outcome: 'refuse',
      code: 'malformed_request',
      bytesIn: 0,
      bytesOut: 0,
    })
  })

  it('is a line of its own for each record', () => {
    const lines = write([{ requestId: 'a' }, { requestId: 'b' }]).split('\n')
    expect(lines.map((line) => line && JSON.parse(line).requestId)).toEqual(['a', 'b', ''])
  })

  it.each([
    [200, 'info'],
    [404, 'info'],
    [499, 'info'],
    [500, 'error'],
    [502, 'error'],
    [504, 'error'],
  ])('of status %i has the level %s', (status, level) => {
    expect(lineOf({ status })).toMatchObject({ level, status })
  })
})

describe('texts in a decision line', () => {
  const names = [
    'api',
    'route',
    'path',
    'detail',
    'sub',
    'clientId',
    'scopesHeld',
    'scopesNeeded',
    'remote',
  ] as const

  it.each(names)('are escaped: %s cannot begin a line or a field of its own', (name) => {
    const text = 'a","outcome":"allow"}\n{"msg":"forged\\\t\u0000\u001b[2J é 名 \ud800'
    const written = write([{ [name]: text }])
    expect(written.indexOf('\n')).toBe(written.length - 1)
    expect(written).not.toMatch(/[\0-\x09\x0b-\x1f]/)
    expect(JSON.parse(written)[name]).toBe(text)
  })

  it.each(names)('are told apart where the same one was printed before: %s', (name) => {
    const texts = ['', 'a', 'b', 'a', ' a', 'A']
    const lines = write(texts.map((text) => ({ [name]: text })))
      .trim()
      .split('\n')
    expect(lines.map((line) => JSON.parse(line)[name])).toEqual(texts)
  })

  it('of one field are never taken for those of another', () => {
    const line = lineOf(Object.fromEntries(names.map((name) => [name, 'same'])))
    for (const name of names) expect(line[name]).toBe('same')
  })
})

describe('times in a decision line', () => {
  it.each([
    [0, '0.000'],
    [0.0004, '0.000'],
    [0.0005, '0.001'],
    [0.9996, '1.000'],
    [1, '1.000'],
    [1.0495, '1.050'],
    [12.3456, '12.346'],
    [60_000, '60000.000'],
  ])('%f ms is %s', (authMs, printed) => {
    expect(write([{ authMs }])).toContain(`"authMs":${printed},`)
    expect(write([{ upstreamMs: authMs }])).toContain(`"upstreamMs":${printed},`)
  })

  it.each([
    [Date.UTC(2026, 0, 2, 3, 4, 5, 0), '2026-01-02T03:04:05.000Z'],
    [Date.UTC(2026, 0, 2, 3, 4, 5, 7), '2026-01-02T03:04:05.007Z'],
    [Date.UTC(2026, 0, 2, 3, 4, 5, 999), '2026-01-02T03:04:05.999Z'],
    [Date.UTC(2026, 0, 2, 3, 4, 6, 0), '2026-01-02T03:04:06.000Z'],
    [Date.UTC(2026, 0, 2, 3, 4, 5, 1), '2026-01-02T03:04:05.001Z'],
    [Date.UTC(2027, 11, 31, 23, 59, 59, 999), '2027-12-31T23:59:59.999Z'],
  ])('%i is %s, also when the clock was set back', (now, printed) => {
    vi.setSystemTime(now)
    expect(lineOf({})['time']).toBe(printed)
  })
})

describe('which lines are written', () => {
  const allowed = { requestId: 'allowed', outcome: 'allow' } as const
  const refused = {
    requestId: 'refused',
    outcome: 'refuse',
    status: 403,
    code: 'insufficient_scope',
  } as const
  const written = (options: Partial<Options>) =>
    write([allowed, refused], options)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).requestId)

  it.each<[Options['decisions'], string[]]>([
    ['all', ['allowed', 'refused']],
    ['refused', ['refused']],
    ['off', []],
  ])('of one that was allowed and one that was refused with decisions %s: %j', (decisions, ids) => {
    expect(written({ decisions })).toEqual(ids)
  })

  it.each<Options['level']>(['debug', 'info', 'warn', 'error'])('is no matter of the level: %s', (level) => {
    expect(written({ level })).toEqual(['allowed', 'refused'])
  })

  it('is none when the log is silent', () => {
    expect(written({ level: 'silent' })).toEqual([])
  })
})

const allowed = { outcome: 'allow', status: 200 } as const

describe('the level of a line', () => {
  it.each<[string, Partial<RequestRecord>, string]>([
    ['an allowed request that went well', allowed, 'info'],
    ['a 404 of the upstream', { ...allowed, status: 404 }, 'info'],
    ['a 500 of the upstream', { ...allowed, status: 500 }, 'error'],
    ['a refusal', { outcome: 'refuse', status: 403, code: 'insufficient_scope' }, 'info'],
    [
      'an upstream that cannot be reached',
      { ...allowed, status: 502, code: 'upstream_unreachable' },
      'error',
    ],
    ['an upstream that broke off its answer', { ...allowed, code: 'upstream_protocol' }, 'error'],
    ['an upstream that stopped in the middle', { ...allowed, code: 'upstream_timeout' }, 'error'],
    ['a client that left in the middle', { ...allowed, code: 'client_closed' }, 'warn'],
    ['a client that left before its answer', { ...allowed, status: 499, code: 'client_closed' }, 'info'],
    ['a stream that came to its end', { ...allowed, detail: 'The stream was ended' }, 'info'],
  ])('of %s follows what happened', (_, record, level) => {
    expect(lineOf(record)).toMatchObject({ level, status: record.status })
  })
})

describe('log.decisions: refused', () => {
  it.each<[string, Partial<RequestRecord>]>([
    ['a refusal', { outcome: 'refuse', status: 401, code: 'token_missing' }],
    ['an upstream that cannot be reached', { ...allowed, status: 502, code: 'upstream_unreachable' }],
    ['an upstream that broke off after 200', { ...allowed, code: 'upstream_protocol' }],
    ['a client that left', { ...allowed, status: 499, code: 'client_closed' }],
    ["a 503 of the upstream's own", { ...allowed, status: 503 }],
  ])('has %s', (_, record) => {
    expect(write([record], { decisions: 'refused' })).not.toBe('')
  })

  it.each<[string, Partial<RequestRecord>]>([
    ['a 200', allowed],
    ["a 404 of the upstream's own", { ...allowed, status: 404 }],
    ['a stream that came to its end', { ...allowed, detail: 'The stream was ended' }],
  ])('leaves out %s', (_, record) => {
    expect(write([record], { decisions: 'refused' })).toBe('')
  })
})
