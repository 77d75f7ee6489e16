import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { chatgptBlock, createScripted, type Respond, redeem, sendTokens } from '../support/facade.ts'

// Time stands still but for what a test adds to it. Windows begin at multiples of their length.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'], now: 600_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const start = (limits: string, respond: Respond = (response) => sendTokens(response), more = '') =>
  createScripted(respond, `${more}\n${chatgptBlock(`limits: { ${limits} }`)}`)

const refused: Respond = (response) => void response.writeHead(400).end('{"error":"invalid_grant"}')

async function times<T>(count: number, act: () => Promise<T>): Promise<T[]> {
  const all: T[] = []
  for (let i = 0; i < count; i++) all.push(await act())
  return all
}

describe('chatgpt.limits.perAddress', () => {
  test('counts sign-ins, good and bad, and lets go with time', async () => {
    const { authorize, line } = await start('perAddress: 4/min')
    const statuses = await times(2, async () => [
      (await authorize()).status,
      (await authorize({ client_id: 'other' })).status,
    ])
    expect(statuses.flat()).toEqual([302, 400, 302, 400])
    const answer = await authorize()
    expect([answer.status, answer.headers.location]).toEqual([429, undefined])
    expect(Number(answer.headers['retry-after'])).toBe(75)
    expect(line()).toMatchObject({
      ...{ code: 'rate_limited', status: 429, route: '/oauth/authorize' },
      detail: expect.stringContaining('chatgpt.limits.perAddress'),
    })
    vi.advanceTimersByTime(74_000)
    expect((await authorize()).status).toBe(429)
    vi.advanceTimersByTime(1000)
    expect((await authorize()).status).toBe(302)
    expect((await authorize()).status).toBe(429)
    vi.advanceTimersByTime(120_000)
    expect((await times(5, () => authorize())).map(({ status }) => status)).toEqual([302, 302, 302, 302, 429])
  })

  test('does not count token requests that succeed: all of ChatGPT comes from a few addresses', async () => {
    const { token } = await start('perAddress: 2/min')
    expect((await times(10, () => token(redeem))).map(({ status }) => status)).toEqual(Array(10).fill(200))
  })

  test('counts token requests that fail, and then lets none through', async () => {
    const { token, issuer } = await start('perAddress: 3/min', refused)
    const statuses = await times(3, async () => (await token(redeem)).status)
    expect(statuses).toEqual([400, 400, 400])
    const answer = await token(redeem)
    expect([answer.status, answer.members['error']]).toEqual([429, 'temporarily_unavailable'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(issuer.asked).toHaveLength(3)
  })

  test('counts guesses of a client that Logto never hears of', async () => {
    const { token } = await start('perAddress: 2/min')
    const guess = { ...redeem, client_id: 'other' }
    expect((await times(3, () => token(guess))).map(({ status }) => status)).toEqual([401, 401, 429])
  })

  test('does not count that Logto is down', async () => {
    const { token } = await start('perAddress: 2/min', (response) => void response.destroy())
    expect((await times(4, () => token(redeem))).map(({ status }) => status)).toEqual(Array(4).fill(503))
  })

  test('counts each client for itself, and one network of IPv6 once', async () => {
    const proxied = 'trustedProxies: [127.0.0.1/32]'
    const { authorize } = await start('perAddress: 1/min', undefined, proxied)
    const from = async (address: string) =>
      (await authorize({}, { headers: { 'X-Forwarded-For': address } })).status
    expect(await from('192.0.2.1')).toBe(302)
    expect(await from('192.0.2.1')).toBe(429)
    expect(await from('192.0.2.2')).toBe(302)
    expect(await from('2001:db8:1:2::1')).toBe(302)
    expect(await from('2001:db8:1:2:ffff::9')).toBe(429)
    expect(await from('2001:db8:1:3::1')).toBe(302)
  })

  test('outlives a reload', async () => {
    const { authorize, gateway, issuer } = await start('perAddress: 1/min')
    expect((await authorize()).status).toBe(302)
    const block = chatgptBlock('limits: { perAddress: 1/min }, scopes: read')
    await gateway.reload(`issuer: { logto: "${issuer.origin}", tokenEndpoint: "${issuer.origin}/oidc/token" }
apis:
  todo:
    resource: https://api.example.com/
    upstream: http://127.0.0.1:9
    routes: { /todos: read }
${block}`)
    expect((await authorize()).status).toBe(429)
  })
})

describe('chatgpt.limits.total', () => {
  test('counts everything that reaches Logto, by either way, and nothing else', async () => {
    const { token, authorize, issuer, line } = await start('total: 3/10s')
    await times(3, () => token({ ...redeem, client_id: 'other' }))
    await times(3, () => authorize({ response_type: 'token' }))
    expect((await times(2, () => token(redeem))).map(({ status }) => status)).toEqual([200, 200])
    expect((await authorize()).status).toBe(302)
    const answer = await token(redeem)
    expect([answer.status, answer.members['error']]).toEqual([429, 'temporarily_unavailable'])
    expect(answer.members['error_description']).toContain('chatgpt.limits.total')
    const page = await authorize()
    expect([page.status, page.headers.location]).toEqual([429, undefined])
    expect(line()).toMatchObject({ code: 'rate_limited' })
    expect(issuer.asked).toHaveLength(2)
    vi.advanceTimersByTime(20_000)
    expect((await token(redeem)).status).toBe(200)
  })

  test('is not doubled by two bursts at the border of two windows', async () => {
    const { token } = await start('total: 10/10s')
    vi.advanceTimersByTime(9000)
    const first = await times(10, async () => (await token(redeem)).status)
    vi.advanceTimersByTime(1000)
    const second = await times(10, async () => (await token(redeem)).status)
    expect(first.filter((status) => status === 200)).toHaveLength(10)
    expect(second.filter((status) => status === 200)).toHaveLength(0)
  })
})
