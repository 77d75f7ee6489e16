import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createLogtoWebhook } from '../../../src/endpoint/logto-webhook.ts'
import { readRequestHead } from '../../../src/http/request-head.ts'
import { parseRequestTarget } from '../../../src/http/request-target.ts'
import type { Withdrawal } from '../../../src/token/withdrawal.ts'

const webhook = { path: '/hook', signingKey: 'the-signing-key-of-the-webhook' }

/** Delivers these events, signed, to one webhook, and gathers everything that came of it. */
async function deliver(events: readonly object[], keep: () => Promise<unknown> = async () => {}) {
  const revoked: Withdrawal[] = []
  const lines: string[] = []
  const put = (level: string) => (fields: object, msg: string) =>
    void lines.push(JSON.stringify({ level, msg, ...fields }))
  const endpoint = createLogtoWebhook({
    webhook,
    issuer: 'https://tenant.logto.app/oidc',
    knowsRoles: true,
    revoke(withdrawals) {
      revoked.push(...withdrawals)
      return keep()
    },
    log: { debug: put('debug'), info: put('info'), warn: put('warn'), error: put('error'), write: () => {} },
  })
  const responses = []
  for (const event of events) {
    const body = Buffer.from(JSON.stringify(event))
    const signature = createHmac('sha256', webhook.signingKey).update(body).digest('hex')
    const headers = ['Host', 'a', 'logto-signature-sha-256', signature]
    const head = readRequestHead('POST', '1.1', headers, { headerCount: 100 })
    const target = parseRequestTarget('/hook', 'POST', 'a')
    if ('code' in head || 'code' in target) throw new Error('not a request')
    const client = { address: '127.0.0.1', headers: [] }
    responses.push(await endpoint.respond({ head, target, client, body: async () => body }))
  }
  return { responses, revoked, lines: lines.map((line) => JSON.parse(line)) }
}

const deleted = { event: 'User.Deleted', createdAt: '2026-11-23T15:30:18.387Z', params: { userId: 'u1' } }

describe('an event that could not be kept', () => {
  test('is 503, so that the console of Logto shows it as failed, and an error in the log', async () => {
    const { responses, lines } = await deliver([deleted], () => Promise.reject(new Error('ENOSPC')))
    expect(responses).toMatchObject([{ outcome: 'refuse', code: 'revocation_not_kept' }])
    expect(lines).toMatchObject([
      { level: 'error', event: 'User.Deleted', problem: 'ENOSPC', msg: expect.stringContaining('make room') },
    ])
  })
})

describe('the log', () => {
  test('counts cut-offs, and names one user alone and no other id', async () => {
    const membership = (removedUserIds: string[]) => ({
      ...{ event: 'Organization.Membership.Updated', organizationId: 'o1' },
      ...{ createdAt: deleted.createdAt, removedUserIds },
    })
    const events = [
      membership(['u1']),
      membership(['u2', 'u3']),
      { event: 'Organization.Deleted', params: { id: 'o1' } },
      { event: 'Role.Scopes.Updated', method: 'DELETE', params: { id: 'r1' } },
      { event: 'r1', params: { userId: 'u2' } },
    ]
    const { lines } = await deliver(events)
    const said = { level: 'info', msg: 'Logto told of an event' }
    expect(lines).toEqual([
      { ...said, event: 'Organization.Membership.Updated', cutsOff: 'sub', count: 1, sub: 'u1' },
      { ...said, event: 'Organization.Membership.Updated', cutsOff: 'sub', count: 2 },
      { ...said, event: 'Organization.Deleted', cutsOff: 'organization', count: 1 },
      { ...said, event: 'Role.Scopes.Updated', cutsOff: 'role', count: 1 },
      { ...said, event: 'another', cutsOff: 'nobody' },
    ])
  })

  test('says that an event came only once it is kept', async () => {
    const { revoked, lines } = await deliver([deleted])
    expect(revoked).toHaveLength(1)
    expect(lines).toMatchObject([{ level: 'info' }])
  })
})
