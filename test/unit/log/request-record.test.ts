import { describe, expect, it } from 'vitest'
import { RecordKeeper } from '../../../src/log/request-record.ts'

const keep = () => new RecordKeeper('r1', 'GET', '203.0.113.7')

describe('the record of a request', () => {
  it('begins with how the request came, refused until it is decided', () => {
    expect(keep().record).toMatchObject({
      requestId: 'r1',
      method: 'GET',
      remote: '203.0.113.7',
      outcome: 'refuse',
      bytesIn: 0,
      bytesOut: 0,
    })
    expect(keep().record.status).toBeUndefined()
    expect(keep().hasResponse).toBe(false)
  })

  it('takes the path and the decision, and keeps them apart from the request', () => {
    const keeper = keep()
    keeper.targeted('/todos')
    keeper.decided({
      outcome: 'allow',
      authMs: 1,
      cache: 'hit',
      api: 'todo',
      route: '/todos',
      scopesNeeded: 'read',
      tokenKind: 'jwt',
      sub: 'user1',
      clientId: 'app1',
      scopesHeld: 'read write',
    })
    expect(keeper.close()).toMatchObject({
      requestId: 'r1',
      path: '/todos',
      outcome: 'allow',
      authMs: 1,
      cache: 'hit',
      api: 'todo',
      route: '/todos',
      scopesNeeded: 'read',
      tokenKind: 'jwt',
      sub: 'user1',
      clientId: 'app1',
      scopesHeld: 'read write',
    })
  })

  it('adds up bytes', () => {
    const keeper = keep()
    keeper.received(3)
    keeper.received(4)
    keeper.sent(10)
    keeper.sent(20)
    expect(keeper.record).toMatchObject({ bytesIn: 7, bytesOut: 30 })
  })

  it('of a preflight is allowed', () => {
    const keeper = keep()
    keeper.passed()
    expect(keeper.record.outcome).toBe('allow')
  })

  it('has the status of the response that began last, and the time of the upstream that sent it', () => {
    const keeper = keep()
    keeper.responded(200, 12)
    expect(keeper.hasResponse).toBe(true)
    expect(keeper.close()).toMatchObject({ status: 200, upstreamMs: 12 })
    expect(keeper.record.code).toBeUndefined()
  })

  it('of a stream says how it ended, which is no problem', () => {
    const keeper = keep()
    keeper.responded(200, 1)
    keeper.streamEnded('Its token has expired')
    expect(keeper.close()).toMatchObject({ status: 200, detail: 'Its token has expired', code: undefined })
  })
})

describe('a problem in the record', () => {
  it('is a code and a detail', () => {
    const keeper = keep()
    keeper.problem('not_found', 'No route')
    expect(keeper.record).toMatchObject({ code: 'not_found', detail: 'No route' })
  })

  it('without a detail keeps the one that is there', () => {
    const keeper = keep()
    keeper.streamEnded('It was silent')
    keeper.problem('upstream_timeout')
    expect(keeper.record).toMatchObject({ code: 'upstream_timeout', detail: 'It was silent' })
  })

  it('that was found before the client left is the reason, and not that it left', () => {
    const keeper = keep()
    keeper.responded(200)
    keeper.problem('upstream_protocol', 'It broke off')
    keeper.clientLeft()
    expect(keeper.close()).toMatchObject({ code: 'upstream_protocol', status: 200 })
  })

  it('of a client that left in the middle of a response is said, with the status that it saw', () => {
    const keeper = keep()
    keeper.responded(200)
    keeper.clientLeft()
    expect(keeper.close()).toMatchObject({ code: 'client_closed', status: 200 })
  })

  it('of a client that left before any response has a status of its own', () => {
    expect(keep().close()).toMatchObject({ code: 'client_closed', status: 499 })
  })
})
