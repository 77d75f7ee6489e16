import { describe, expect, onTestFinished, test } from 'vitest'
import {
  chatgptBlock,
  type Facade,
  facadeFile,
  facadeOf,
  redeem,
  type ScriptedIssuer,
  sendTokens,
  startScriptedIssuer,
} from '../support/facade.ts'
import { startGateway } from '../support/gateway.ts'

/** The facade before an issuer whose endpoints are discovered. In the settings, ORIGIN is its origin. */
async function start(
  metadata: Record<string, unknown>,
  settings = 'logto: "ORIGIN"',
  discoveries = 2,
): Promise<Facade & { issuer: ScriptedIssuer }> {
  const issuer = await startScriptedIssuer((response) => sendTokens(response))
  issuer.metadata = metadata
  const yaml = facadeFile(issuer.origin, 'http://127.0.0.1:9', chatgptBlock())
  const gateway = await startGateway(
    yaml.replace(/^issuer: .*$/m, `issuer: { ${settings.replaceAll('ORIGIN', issuer.origin)} }`),
  )
  onTestFinished(() => gateway.stop())
  // Keys and facade each ask.
  await expect.poll(() => issuer.discoveries).toBeGreaterThanOrEqual(discoveries)
  return { ...facadeOf(gateway), issuer }
}

const problem = ({ gateway }: Facade) =>
  gateway.logs.find(({ msg }) => String(msg).startsWith('the OAuth facade cannot'))?.['problem']

async function expectTarget(facade: Facade, target: string): Promise<void> {
  await expect.poll(async () => (await facade.authorize()).status).toBe(302)
  const { headers } = await facade.authorize()
  expect(headers.location?.startsWith(target)).toBe(true)
}

async function expectNone(facade: Facade & { issuer: ScriptedIssuer }): Promise<void> {
  await expect.poll(() => problem(facade)).toBeDefined()
  expect((await facade.authorize()).status).toBe(503)
  expect((await facade.token(redeem)).status).toBe(503)
  expect(facade.issuer.asked).toEqual([])
}

describe('discovery', () => {
  test('never says where browsers of Logto go: it follows the Host of whoever asks for it', async () => {
    const facade = await start({ authorization_endpoint: 'http://logto.internal:3001/oidc/auth' })
    await expectTarget(facade, `${facade.issuer.origin}/oidc/auth?`)
  })

  test('of another issuer says it, and a query in it stays', async () => {
    const issuer = await start({}, 'url: "ORIGIN/oidc"')
    await expectTarget(issuer, `${issuer.issuer.origin}/oidc/auth?client_id=chatgpt&`)
    issuer.issuer.metadata = { authorization_endpoint: `${issuer.issuer.origin}/sign-in?tenant=a#x` }
    issuer.gateway.refreshKeys()
    await expect
      .poll(async () => (await issuer.authorize()).headers.location, { timeout: 8000, interval: 500 })
      .toMatch(/\/sign-in\?tenant=a&client_id=chatgpt&/)
  })

  test('that leads the secret to another origin is not followed', async () => {
    const facade = await start({ token_endpoint: 'https://evil.test/token' })
    await expectNone(facade)
    expect(problem(facade)).toMatch(/points to a token_endpoint at another origin: set issuer\.tokenEndpoint/)
  })

  test('that leads browsers to another origin is not followed', async () => {
    const facade = await start({ authorization_endpoint: 'https://evil.test/auth' }, 'url: "ORIGIN/oidc"')
    await expectNone(facade)
    expect(problem(facade)).toMatch(
      /authorization_endpoint at another origin: set issuer\.authorizationEndpoint/,
    )
  })

  test.each<[string, Record<string, unknown>]>([
    ['a script', { authorization_endpoint: 'javascript:alert(1)' }],
    ['a header', { authorization_endpoint: '/x\r\nSet-Cookie: a=b' }],
    ['no text', { authorization_endpoint: { a: 1 } }],
    ['another issuer', { issuer: 'https://evil.test/oidc' }],
    ['no token endpoint', { token_endpoint: undefined }],
  ])('that holds %s is not followed', async (_, metadata) => {
    await expectNone(await start(metadata, 'url: "ORIGIN/oidc"'))
  })

  test('that turns hostile later changes nothing', async () => {
    const facade = await start({}, 'url: "ORIGIN/oidc"')
    await expectTarget(facade, `${facade.issuer.origin}/oidc/auth?`)
    facade.issuer.metadata = {
      token_endpoint: 'https://evil.test/token',
      authorization_endpoint: 'https://evil.test/',
    }
    facade.gateway.refreshKeys()
    await expect.poll(() => problem(facade), { timeout: 5000 }).toMatch(/another origin/)
    await expectTarget(facade, `${facade.issuer.origin}/oidc/auth?`)
    expect((await facade.token(redeem)).status).toBe(200)
  })

  test('is not needed where the file says both', async () => {
    const endpoints = 'tokenEndpoint: "ORIGIN/t", authorizationEndpoint: "https://login.example.com/é/a"'
    const facade = await start({}, `url: "ORIGIN/oidc", jwksUri: "ORIGIN/jwks", ${endpoints}`, 0)
    expect((await facade.authorize()).headers.location).toMatch(
      /^https:\/\/login\.example\.com\/%C3%A9\/a\?client_id=/,
    )
    expect((await facade.token(redeem)).status).toBe(200)
    expect(facade.issuer.asked.map(({ url }) => url)).toEqual(['/t'])
    expect(facade.issuer.discoveries).toBe(0)
  })
})
