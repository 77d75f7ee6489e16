import { describe, expect, test } from 'vitest'
import { emptyData } from '../../src/dev/logto/data.ts'
import type { CallFault, StandInReply } from '../../src/dev/logto/management/management-api.ts'
import { applyTo, logtoOf, managementOf, plannedLines, startTenant, storyFile } from '../support/tenant.ts'

const html = { 'content-type': 'text/html' }

describe('an answer of the Management API', () => {
  const answers: [string, StandInReply | undefined, RegExp][] = [
    ['that is cut', { status: 200, text: '[{"id":"x', headers: {} }, /: the answer is no JSON/],
    ['that does not come', undefined, /: .* cannot be fetched: .*logto\.endpoint says where/],
    [
      'of another type',
      { status: 200, text: '<html>', headers: html },
      /: the answer is no JSON \(text\/html\)/,
    ],
    ['that is huge', { status: 200, text: `"${' '.repeat(17 * 1024 * 1024)}"` }, /sent more than 16 MiB/],
    [
      'that redirects elsewhere',
      { status: 302, headers: { location: 'https://elsewhere.example/x?secret=1' } },
      /redirects to another origin, which is not followed/,
    ],
    ['that is no list', { status: 200, body: { roles: [] } }, /: the answer is no list/],
    [
      'that contradicts itself',
      { status: 200, body: [{ id: 5, name: 'x' }] },
      /: the answer is not what Logto answers \(0\.id\)/,
    ],
    [
      '500 without a code',
      { status: 500, body: { message: 'Internal server error.' } },
      /: 500 Internal server error\.: Logto is broken inside: .*ENDPOINT/,
    ],
    [
      '403',
      { status: 403, body: { code: 'auth.forbidden', message: 'Forbidden.' } },
      /: 403 auth\.forbidden .*the role Logto Management API access/,
    ],
    [
      'that would command a terminal',
      { status: 400, body: { message: '\u001b[2J' } },
      /: 400 \?\[2J: Logto refuses this change/,
    ],
  ]
  test.each(answers)('%s is told with the call and the mend', async (_, reply, message) => {
    const tenant = await startTenant()
    const fault: CallFault = reply === undefined ? {} : { reply }
    tenant.management.fault = ({ path }) => (path === 'roles' ? fault : undefined)
    const failed = await plannedLines(logtoOf(storyFile(tenant.origin))).catch((error) =>
      String(error.message),
    )
    expect(failed).toMatch(message)
    expect(failed).toContain('GET /api/roles')
    expect(failed).not.toContain('secret=1')
  })

  test('that is slow is given up after 5 s', async () => {
    const tenant = await startTenant()
    tenant.faults.path = '/api/resources?includeScopes=true'
    tenant.faults.delayMs = 7000
    const startedMs = performance.now()
    await expect(plannedLines(logtoOf(storyFile(tenant.origin)))).rejects.toThrow(
      /GET \/api\/resources.* did not answer within 5 s/,
    )
    expect(performance.now() - startedMs).toBeLessThan(6500)
  })

  test('429 is obeyed: the call is made again after Retry-After, and given up after some times', async () => {
    const tenant = await startTenant()
    let refusals = 2
    tenant.management.fault = () =>
      refusals-- > 0 ? { reply: { status: 429, headers: { 'retry-after': '0' } } } : undefined
    await applyTo(logtoOf(storyFile(tenant.origin)))
    tenant.management.fault = () => ({ reply: { status: 429, headers: { 'retry-after': '0' } } })
    await expect(plannedLines(logtoOf(storyFile(tenant.origin)))).rejects.toThrow('429: too many requests')
  })
})

test('pages are counted and followed to the last', async () => {
  const data = emptyData('alice', 'bob')
  for (let i = 0; i < 250; i++) data.roles.push({ name: `R${i}`, permissions: {} })
  const tenant = await startTenant(data)
  const logto = logtoOf(storyFile(tenant.origin))
  expect(await managementOf(logto).readAll('roles')).toHaveLength(251)
  expect(tenant.management.calls).toHaveLength(3)
})

test('a name is matched exactly, although Logto searches without regard to case', async () => {
  const tenant = await startTenant(emptyData('Alice'))
  expect(await plannedLines(logtoOf(storyFile(tenant.origin)))).toContain(
    '! user alice does not exist: users are made in the console, never here',
  )
})
