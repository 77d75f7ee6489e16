import { describe, expect, test } from 'vitest'
import { EndpointFault } from '../../../../src/issuer/endpoint-fault.ts'
import { createIssuerLine } from '../../../../src/token/opaque/issuer-line.ts'
import { refuse } from '../../../../src/token/verification.ts'
import { issuerOptions, recordingLog } from '../../../support/verifier.ts'

function createLine(inFlight = 2) {
  const clock = { nowMs: 1_000_000 }
  const log = recordingLog()
  const issuer = issuerOptions('https://issuer.example')
  return { clock, log, line: createIssuerLine({ issuer, inFlight, log, now: () => clock.nowMs }) }
}

describe('the line before an issuer', () => {
  test('lets no more ask at the same time than it may', async () => {
    const { line } = createLine()
    let underWay = 0
    let busiest = 0
    const question = async () => {
      underWay += 1
      busiest = Math.max(busiest, underWay)
      await new Promise((resolve) => setImmediate(resolve))
      underWay -= 1
      return 'answer'
    }
    const answers = await Promise.all(Array.from({ length: 9 }, (_, i) => line.ask(`client${i}`, question)))
    expect([busiest, new Set(answers), line.waiting]).toEqual([2, new Set(['answer']), 0])
  })

  test('is closed while the issuer wants to be left alone', async () => {
    const { clock, line } = createLine()
    let asked = 0
    const busy = async () => {
      asked += 1
      throw new EndpointFault('answered 429', 10_000)
    }
    expect(await line.ask('a', busy)).toMatchObject({ code: 'issuer_unavailable', retryAfterSeconds: 10 })
    clock.nowMs += 9000
    expect(await line.ask('b', busy)).toMatchObject({ retryAfterSeconds: 1 })
    expect(asked).toBe(1)
    clock.nowMs += 1000
    expect(await line.ask('c', async () => 'answer')).toBe('answer')
  })

  test('lets nobody ask whose turn comes too late to be answered, so that those behind are', async () => {
    const { clock, line } = createLine(1)
    let release = () => {}
    const first = line.ask('a', () => new Promise((resolve) => (release = () => resolve('answer'))))
    let asked = 0
    const ask = () =>
      line.ask('a', async () => {
        asked += 1
        return 'answer'
      })
    const late = ask()
    clock.nowMs += 2000
    const next = ask()
    clock.nowMs += 500
    release()
    expect(await Promise.all([first, late, next])).toEqual([
      'answer',
      expect.objectContaining({ code: 'issuer_unavailable', retryAfterSeconds: 1 }),
      'answer',
    ])
    expect(asked).toBe(1)
  })

  test('has room for a thousand that wait, and answers further ones at once', async () => {
    const { line } = createLine(1)
    const never = () => new Promise<string>(() => {})
    for (let i = 0; i < 1001; i += 1) void line.ask('a', never)
    expect(line.waiting).toBe(1000)
    expect(await line.ask('a', never)).toMatchObject({ code: 'issuer_unavailable', retryAfterSeconds: 1 })
    expect(line.waiting).toBe(1000)
  })

  test('tells each problem once a minute, and its end once it was calm', async () => {
    const { clock, line, log } = createLine()
    const fail = () => line.ask('a', () => Promise.reject(new EndpointFault('answered 500')))
    await fail()
    await fail()
    await line.ask('a', async () => 'answer')
    expect(log.lines.map(({ level }) => level)).toEqual(['warn'])
    clock.nowMs += 60_000
    await fail()
    clock.nowMs += 5000
    await line.ask('a', async () => 'answer')
    await line.ask('a', async () => 'answer')
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'warn', 'info'])
  })

  test('remembers for ten seconds which tokens the issuer has refused', () => {
    const { line } = createLine()
    const refusal = refuse('inactive', 'opaque')
    line.refused.add('key', refusal, 1000)
    expect(line.refused.get('key', 10_999)).toBe(refusal)
    expect(line.refused.get('key', 11_000)).toBeUndefined()
    expect(line.refused.get('other', 1000)).toBeUndefined()
  })
})
