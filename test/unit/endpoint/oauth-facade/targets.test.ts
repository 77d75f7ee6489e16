import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createFacadeTargets } from '../../../../src/endpoint/oauth-facade/targets.ts'
import { startScriptedIssuer } from '../../../support/facade.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('what leads elsewhere ten minutes later is told once, and changes nothing', async () => {
  const issuer = await startScriptedIssuer((response) => void response.end())
  const lines: string[] = []
  const put = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log = { debug: put, info: put, warn: put, error: put, write: () => {} }
  const options = { issuer: `${issuer.origin}/oidc`, isLogto: false, tokenTypes: [] }
  const claims = { scope: ['scope'], clientId: 'client_id' }
  const targets = createFacadeTargets({ issuer: { ...options, claims }, log })
  onTestFinished(() => targets.close())
  const right = { authorize: `${issuer.origin}/oidc/auth`, token: `${issuer.origin}/oidc/token` }
  await vi.waitFor(() => expect(targets.current()).toEqual(right))
  issuer.metadata = { token_endpoint: 'https://evil.test/token' }
  for (const discoveries of [2, 3]) {
    await vi.advanceTimersByTimeAsync(12 * 60_000)
    await vi.waitFor(() => expect(issuer.discoveries).toBeGreaterThanOrEqual(discoveries))
    expect(targets.current()).toEqual(right)
  }
  await vi.waitFor(() => expect(lines).toHaveLength(1))
  expect(lines[0]).toContain('the last endpoints stay in use')
  expect(lines[0]).toContain('another origin')
})
