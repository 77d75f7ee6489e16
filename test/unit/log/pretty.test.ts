import { describe, expect, test } from 'vitest'
import { prettyLines } from '../../../src/log/pretty.ts'

const time = '2026-07-30T12:03:22.123Z'
const local = (() => {
  const date = new Date(time)
  const two = (value: number) => String(value).padStart(2, '0')
  return `2026-07-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:22`
})()
const pretty = (fields: Record<string, unknown>, color = false) =>
  prettyLines(`${JSON.stringify({ level: 'info', time, ...fields })}\n`, color)
const request = { msg: 'request', requestId: 'r1', method: 'GET', path: '/todos', remote: '10.0.0.7' }

describe('a line of the log for a person', () => {
  test('says of an allowed request: date, status, method, path, what it needed, who', () => {
    const fields = { ...request, status: 200, outcome: 'allow', sub: 'alice', clientId: 'chatgpt' }
    expect(pretty({ ...fields, scopesNeeded: 'read', scopesHeld: 'read write' })).toBe(
      `${local}  200  GET /todos  needs read  alice (chatgpt)\n`,
    )
  })

  test('says of a missing scope what is needed and what is held', () => {
    const fields = { ...request, method: 'POST', status: 403, code: 'insufficient_scope', detail: 'long' }
    expect(pretty({ ...fields, scopesNeeded: 'write', scopesHeld: 'read', sub: 'alice' })).toBe(
      `${local}  403  POST /todos  insufficient_scope  needs write  holds read  alice\n`,
    )
    expect(pretty({ ...fields, scopesNeeded: 'write', sub: 'alice' })).toContain('holds no scope')
  })

  test('says of any other refusal why, and the address of somebody unknown', () => {
    const fields = { ...request, status: 401, code: 'invalid_token', detail: 'The access token has expired' }
    expect(pretty({ ...fields, scopesNeeded: 'read' })).toBe(
      `${local}  401  GET /todos  invalid_token  The access token has expired  needs read  10.0.0.7\n`,
    )
  })

  test('says what happened and the fields that go with it', () => {
    expect(pretty({ msg: 'listening', listen: '0.0.0.0:8080', routes: 3 })).toBe(
      `${local}  info  listening  listen=0.0.0.0:8080 routes=3\n`,
    )
  })

  test('names the worker that wrote it', () => {
    expect(pretty({ ...request, status: 404, worker: 2 })).toContain('10.0.0.7  worker 2\n')
  })

  test('is coloured by its status on a terminal', () => {
    expect(pretty({ ...request, status: 200 }, true)).toContain('\u001b[32m200\u001b[0m')
    expect(pretty({ ...request, status: 404 }, true)).toContain('\u001b[33m404\u001b[0m')
    expect(pretty({ ...request, status: 502 }, true)).toContain('\u001b[31m502\u001b[0m')
  })

  test('never lets what a client sent command the terminal', () => {
    const text = pretty({ ...request, status: 200, sub: '\u001b]0;owned\u0007\u009b31m\u202e' })
    expect(text).toContain('\\u{1b}]0;owned\\u{7}\\u{9b}31m\\u{202e}')
    expect(text).not.toMatch(/[^\n\P{C}]/u)
  })

  test('stays as it is when it is no JSON', () => {
    expect(prettyLines('(node:1) Warning\n{"half', false)).toBe('(node:1) Warning\n{"half')
  })

  test('is one of several that come together', () => {
    const line = JSON.stringify({ level: 'info', time, ...request, status: 200 })
    expect(prettyLines(`${line}\n${line}\n`, false).match(/ 200 /g)).toHaveLength(2)
  })
})
