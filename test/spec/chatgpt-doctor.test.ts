import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Result } from '../../src/commands/chatgpt/checklist.ts'
import { browse } from '../../src/dev/demo/sign-in.ts'
import type { LogtoData } from '../../src/dev/logto/data.ts'
import {
  applicationOf,
  type Clinic,
  chatgptSecret,
  examine,
  facadeBlock,
  freePort,
  linesOf,
  onLoopback,
  openClinic,
  openFront,
  openGateway,
  runDoctor,
  storyOf,
  type Visitor,
} from '../support/chatgpt.ts'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { cli, spawnCli, spawnGateway, temporaryFolder } from '../support/process.ts'
import { python } from '../support/program.ts'

const trial = 'publicUrl: http://127.0.0.1:8080'
/** Logto alone, at a name that the API has, too. */
const bare = storyOf('', trial)

function failuresOf(results: readonly Result[]): Result[] {
  return results.filter(({ outcome }) => outcome === 'failed')
}

/** The first failure and its mend, as one text. */
function firstOf(results: readonly Result[]): string {
  const [first] = failuresOf(results)
  return `${first?.title}: ${first?.note}: ${first?.mend}`
}

describe('the doctor of ChatGPT finds nothing wrong', () => {
  test('with the facade, a Default API that is off, and openid in the scope', async () => {
    const clinic = await openClinic()
    const gateway = await openGateway(clinic, storyOf())
    const change: Visitor['change'] = (subject) => ({ ...subject, scope: 'openid read write' })
    const results = await examine(clinic, storyOf(), { url: onLoopback(gateway), change })
    expect(linesOf(results)).toEqual([
      '✓ ChatGPT reaches the API by https: https://api.example.com',
      expect.stringMatching(/^! The callbacks stand .*: none of them belongs to ChatGPT yet/),
      '✓ A call without a token is refused: GET /todos: 401 with a Bearer challenge',
      `✓ The authorization server answers: ${clinic.logto.issuer}`,
      expect.stringMatching(/^✓ The clocks/),
      expect.stringMatching(/^✓ Authorization URL, .*: example\.com, by the facade of the gateway$/),
      `✓ A sign-in can begin, with every callback: ${clinic.callback}`,
      '✓ The user signs in: code, state and iss came back',
      '✓ The code is exchanged: with the secret in the form: Default (POST request)',
      '✓ The access token is one for this API: it holds read; not granted: write',
      '✓ A refresh token came with it: yes',
      expect.stringMatching(/^✓ A call with the token .*: GET \/todos: 200, \d+ characters in \d+ ms$/),
      expect.stringMatching(/^✓ A call that the token does not allow is refused: POST \/todos: 403, scope="/),
      '✓ The refresh token yields another access token: with the secret in the header: Basic authorization header',
      expect.stringMatching(/^✓ A call with the new token arrives, too: GET \/todos: 200/),
    ])
  })

  test('with both names of a GPT, and a manifest', async () => {
    const names = ['https://chat.openai.com', 'https://chatgpt.com']
    const uris = names.map((name) => `${name}/aip/g-1/oauth/callback`)
    const clinic = await openClinic((data) => applicationOf(data).redirectUris.push(...uris))
    const yaml = storyOf(`clients: [chatgpt], redirectUris: ["CALLBACK", ${uris.join(', ')}], ${manifest}`)
    const gateway = await openGateway(clinic, yaml)
    const results = await examine(clinic, yaml, { url: onLoopback(gateway) })
    expect(failuresOf(results)).toEqual([])
    expect(linesOf(results)).toContain(
      '✓ The plugin manifest is published: https://api.example.com/.well-known/ai-plugin.json',
    )
    expect(linesOf(results)).toContain('✓ The callbacks stand in chatgpt.redirectUris: 3 of them')
  })

  test('without the facade, where Logto has a Default API and always issues refresh tokens', async () => {
    const clinic = await openClinic((data) => {
      applicationOf(data).alwaysIssueRefreshToken = true
    })
    clinic.logto.setDefaultApi(true)
    const gateway = await openGateway(clinic, bare)
    const flags = { url: onLoopback(gateway), client: 'chatgpt', callback: clinic.callback }
    expect(failuresOf(await examine(clinic, bare, flags))).toEqual([])
  })
})

const manifest = `manifest: { nameForHuman: Todos, nameForModel: todos, descriptionForHuman: Your todos.,
  descriptionForModel: Lists todos., logoUrl: "https://example.com/logo.png",
  contactEmail: help@example.com, legalInfoUrl: "https://example.com/legal" }`

type Plant = {
  /** In the tenant, before it starts and after. */
  readonly data?: (data: LogtoData, clinic?: Clinic) => unknown
  readonly meanwhile?: (clinic: Clinic) => unknown
  /** The file of the doctor, and that of the gateway where it is another one. */
  readonly file?: string
  readonly running?: string
  readonly flags?: Partial<Visitor>
}

const withoutFacade = { client: 'chatgpt', callback: 'CALLBACK' }
const otherApi = 'https://other.example/'

describe('the doctor of ChatGPT names', () => {
  test.each<[string, Plant, RegExp]>([
    [
      'a facade that is off',
      { running: storyOf('') },
      /^A sign-in can begin.*has no facade: 404 .*chatgpt\.clients/,
    ],
    [
      'a wrong secret',
      { flags: { secret: 'a-wrong-secret-of-nobody' } },
      /^The code is exchanged: 401 invalid_client: .*SCOPEGATE_CLIENT_SECRET/,
    ],
    [
      'a callback that is not registered at Logto',
      {
        data: (data) => Object.assign(applicationOf(data), { redirectUris: ['https://chatgpt.example/cb'] }),
      },
      /the callback http:\/\/127\S+ is not registered at the authorization server: add the callback to the redirect/,
    ],
    [
      'a callback that is not in redirectUris',
      { flags: { callback: 'http://127.0.0.1:1/callback' } },
      /^The callbacks stand in .*http:\/\/127\.0\.0\.1:1\/callback is not one of them: add it to chatgpt\.redirectUris/,
    ],
    [
      'a callback that the running gateway does not know',
      { running: storyOf('clients: [chatgpt], redirectUris: ["https://chatgpt.example/cb"]') },
      /the gateway does not know the callback http:.*runs with another file/,
    ],
    [
      'a GPT of which only one callback is registered',
      {
        file: storyOf(
          'clients: [chatgpt], redirectUris: [CALLBACK, "https://chatgpt.com/aip/g-1/oauth/callback"]',
        ),
      },
      /https:\/\/chat\.openai\.com\/aip\/g-1\/oauth\/callback is missing/,
    ],
    [
      'a callback of ChatGPT that Logto does not know',
      {
        file: storyOf(
          'clients: [chatgpt], redirectUris: [CALLBACK, "https://chatgpt.com/aip/g-1/oauth/callback", ' +
            '"https://chat.openai.com/aip/g-1/oauth/callback"]',
        ),
      },
      /the callback https:\/\/chatgpt\.com\S+ is not registered at the authorization server/,
    ],
    [
      'a client that the gateway does not know',
      { flags: { client: 'nobody' } },
      /does not know the client nobody/,
    ],
    [
      'a client that Logto does not know',
      { data: (data) => Object.assign(applicationOf(data), { id: 'another' }) },
      /the authorization server does not know the client chatgpt: name the application/,
    ],
    [
      'a Default API that is off, without the facade',
      { file: bare, flags: withoutFacade },
      /^The user signs in: the sign-in ends with access_denied.*Default API/,
    ],
    [
      'an opaque token',
      {
        file: bare,
        meanwhile: ({ logto }) => logto.setDefaultApi(true),
        flags: { ...withoutFacade, change: (subject) => ({ ...subject, scope: 'openid read write' }) },
      },
      /^The access token is one for this API: it is opaque, no JWT.*switch the facade on/,
    ],
    [
      'a token for another API',
      {
        file: bare,
        data: (data) => {
          data.resources.push({ indicator: otherApi, permissions: ['read'], accessTokenTtl: 600 })
          for (const { permissions } of data.roles) permissions[otherApi] = ['read']
          data.defaultApi = otherApi
        },
        flags: withoutFacade,
      },
      /it is for https:\/\/other\.example\/, not for https:\/\/api\.example\.com\/: another API is the Default API/,
    ],
    [
      'a refresh token that does not come',
      { file: bare, meanwhile: ({ logto }) => logto.setDefaultApi(true), flags: withoutFacade },
      /^A refresh token came with it: no refresh token came.*Always issue refresh token/,
    ],
    [
      'a user without a role',
      { flags: { username: 'bob' } },
      /^The code is exchanged: 400 invalid_scope: The user holds none of the scopes.*give the user a role/,
    ],
    [
      'a scope that no call is allowed with',
      {
        data: ({ roles }) =>
          Object.assign(roles[0] ?? {}, { permissions: { 'https://api.example.com/': ['write'] } }),
      },
      /^A call with the token .*no GET of the file is allowed with write: give the user a role/,
    ],
    [
      'a resource that Logto does not know',
      {
        data: ({ resources }) => Object.assign(resources[0] ?? {}, { indicator: 'https://api.example.com' }),
      },
      /invalid_target.*apis\.todo\.resource must be the identifier of an API at Logto, to the last slash/,
    ],
    [
      'a publicUrl with http',
      { file: storyOf(facadeBlock, 'publicUrl: http://api.example.com') },
      /^ChatGPT reaches the API by https: publicUrl is http:\/\/api\.example\.com.*put TLS/,
    ],
    [
      'an authorization URL of a foreign root domain',
      { file: storyOf('', 'publicUrl: https://api.example.com'), flags: withoutFacade },
      /127\.0\.0\.1 shares no root domain with api\.example\.com.*switch the facade on/,
    ],
    [
      'a gateway that is down',
      { flags: { url: 'http://127.0.0.1:1' } },
      /^A call without a token is refused: http:\/\/127\.0\.0\.1:1\/todos cannot be reached.*start the gateway/,
    ],
    [
      'a Logto that is down',
      { meanwhile: ({ logto }) => logto.stop() },
      /^The authorization server answers: .*cannot be reached.*start the authorization server/,
    ],
    [
      'an API that is down',
      { running: storyOf().replace('UPSTREAM', 'http://127.0.0.1:1') },
      /^A call with the token .*502 upstream_unreachable.*start the API/,
    ],
    [
      'a call that the gateway lets through without a token',
      {
        running: storyOf()
          .replace('/health', '/me')
          .replace('/todos: { GET: read,', '/todos: { GET: public,'),
      },
      /^A call without a token is refused: GET \/todos: 200, the API answers without a token/,
    ],
    [
      'a route that the running gateway does not have',
      { running: storyOf().replace('/todos', '/tasks') },
      /^A call without a token is refused: GET \/todos: 404 not_found.*another file/,
    ],
    [
      'a scope that the running gateway does not ask for',
      { running: storyOf().replace('POST: write', 'POST: read') },
      /^A call that the token does not allow is refused: POST \/todos: 201, not the 403/,
    ],
    [
      'a manifest that is missing',
      { file: storyOf(`${facadeBlock}, ${manifest}`), running: storyOf() },
      /^The plugin manifest is published: .*404, although the file has chatgpt\.manifest/,
    ],
    [
      'a document that is missing',
      { file: storyOf(`${facadeBlock}, openapi: ./openapi.yaml`), running: storyOf() },
      /^The OpenAPI document is published: .*404, although the file has chatgpt\.openapi/,
    ],
    [
      'an answer that is too long',
      {
        flags: {
          change: (subject) => ({ ...subject, limits: { ...subject.limits, answerCharacters: 100 } }),
        },
      },
      /^A call with the token .*GET \/todos: \d+ characters, and ChatGPT takes 100: let the API answer with pages/,
    ],
  ])('%s', async (_, plant, message) => {
    const clinic = await openClinic(plant.data)
    const { file = storyOf(), running = file, flags = {} } = plant
    const gateway = await openGateway(clinic, running.replace(/, openapi: \S+/, ''))
    await plant.meanwhile?.(clinic)
    const callback = flags.callback?.replace('CALLBACK', clinic.callback)
    const given = { url: onLoopback(gateway), ...flags, ...(callback !== undefined && { callback }) }
    const results = await examine(clinic, file, given)
    expect(firstOf(results)).toMatch(message)
    expect(JSON.stringify(results)).not.toContain(chatgptSecret)
  })

  test('an address that apis.*.from does not admit', async () => {
    const clinic = await openClinic()
    const list = join(temporaryFolder(), 'chatgpt-connectors.json')
    writeFileSync(
      list,
      '{"creationTime":"2026-01-01T00:00:00.000000","prefixes":[{"ipv4Prefix":"192.0.2.0/24"}]}',
    )
    const running = storyOf().replace('    upstream', `    from: { file: ${list} }\n    upstream`)
    const gateway = await openGateway(clinic, running)
    expect(firstOf(await examine(clinic, storyOf(), { url: onLoopback(gateway) }))).toMatch(
      /403 address_not_allowed.*add the address of this machine/,
    )
  })

  test('a call that takes too long', async () => {
    const clinic = await openClinic()
    const upstream = await startHttpUpstream(() => {})
    const gateway = await openGateway(clinic, storyOf().replace('UPSTREAM', upstream.url))
    const change: Visitor['change'] = (subject) => ({
      ...subject,
      limits: { ...subject.limits, callMs: 300 },
    })
    const results = await examine(clinic, storyOf(), { url: onLoopback(gateway), change })
    expect(firstOf(results)).toMatch(
      /^A call with the token .*no whole answer of \S+ within 0\.3 s: ChatGPT gives up/,
    )
  })

  test('a clock that is off', async () => {
    const clinic = await openClinic()
    const gateway = await openGateway(clinic, storyOf())
    const url = await openFront(onLoopback(gateway), (answer) => ({
      ...answer,
      headers: { ...answer.headers, date: new Date(Date.now() + 120_000).toUTCString() },
    }))
    expect(firstOf(await examine(clinic, storyOf(), { url }))).toMatch(
      /the clock of the gateway is 1[12]\d s ahead of the other one.*set both clocks by the network/,
    )
  })
})

describe('the doctor of ChatGPT looks at a document,', () => {
  const published = {
    openapi: '3.1.0',
    servers: [{ url: 'https://api.example.com' }],
    paths: { '/todos': { get: {}, post: {}, parameters: [] } },
    components: {
      securitySchemes: {
        oauth: {
          type: 'oauth2',
          flows: {
            authorizationCode: {
              authorizationUrl: 'https://api.example.com/oauth/authorize',
              tokenUrl: 'https://api.example.com/oauth/token',
            },
          },
        },
      },
    },
  }
  const file = storyOf(`${facadeBlock}, openapi: ./openapi.yaml`)

  async function resultAbout(document: unknown): Promise<Result | undefined> {
    const clinic = await openClinic()
    const gateway = await openGateway(clinic, storyOf())
    const text = typeof document === 'string' ? document : JSON.stringify(document)
    const url = await openFront(onLoopback(gateway), (answer, path) =>
      path === '/openapi.json'
        ? { status: 200, headers: { 'content-type': 'application/json' }, text }
        : answer,
    )
    const results = await examine(clinic, file, { url })
    return results.find(({ title }) => title === 'The OpenAPI document is published')
  }

  test('which is right', async () => {
    expect(await resultAbout(published)).toMatchObject({
      outcome: 'passed',
      note: 'https://api.example.com/openapi.json, 2 operations',
    })
  })

  test.each<[string, unknown, RegExp]>([
    ['no JSON', 'openapi: 3.1.0', /is no JSON/],
    [
      'about another server',
      { ...published, servers: [{ url: 'https://other.example' }] },
      /is about the server https:\/\/other\.example, and publicUrl is https:\/\/api\.example\.com/,
    ],
    [
      'with more operations than the editor takes',
      {
        ...published,
        paths: Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`/${i}`, { get: {} }])),
      },
      /has 31 operations, and the GPT editor takes 30/,
    ],
    ['larger than the editor takes', { ...published, x: 'x'.repeat(1_000_000) }, /has 1000\d{3} bytes/],
    [
      'that sends users elsewhere',
      JSON.stringify(published).replace('/oauth/authorize', '/login'),
      /names https:\/\/api\.example\.com\/login and \S+, not the URLs of the facade/,
    ],
  ])('%s', async (_, document, message) => {
    expect(await resultAbout(document)).toMatchObject({
      outcome: 'failed',
      note: expect.stringMatching(message),
    })
  })
})

describe('whoever answers the doctor of ChatGPT', () => {
  async function withFront(change: Parameters<typeof openFront>[1]): Promise<Result[]> {
    const clinic = await openClinic()
    const gateway = await openGateway(clinic, storyOf())
    const url = await openFront(onLoopback(gateway), change)
    return examine(clinic, storyOf(), { url })
  }

  test('cannot lead the browser to somebody else', async () => {
    const results = await withFront((answer, path) =>
      path.startsWith('/oauth/authorize')
        ? { ...answer, headers: { ...answer.headers, location: 'http://127.0.0.2:1/phishing' } }
        : answer,
    )
    expect(firstOf(results)).toMatch(
      /sends browsers to http:\/\/127\.0\.0\.2:1, which is no address of the auth/,
    )
    expect(results.find(({ title }) => title === 'The user signs in')?.outcome).toBe('skipped')
  })

  test('cannot write to the terminal, nor have a secret shown', async () => {
    const results = await withFront((answer, path) =>
      path.startsWith('/oauth/token')
        ? {
            status: 400,
            headers: { 'content-type': 'application/json' },
            text: JSON.stringify({
              error: 'invalid_\u001b[2J',
              error_description: `\u202eyou sent ${chatgptSecret}\u0007`,
              access_token: 'eyJhbGciOi.eyJzdWIi.c2ln',
            }),
          }
        : answer,
    )
    const [first] = failuresOf(results)
    expect(first?.note).toMatch(/^400 invalid_\?\[2J: \?you sent \*\*\*\?$/)
    expect(first?.sent).toContain('client_secret=***')
    expect(JSON.stringify(results)).not.toMatch(/\u001b|\u202e|eyJ|chatgpt-secret/)
    expect(first?.sent).toMatch(/code=\*\*\*/)
  })

  test('cannot have a secret shown as it is in Basic, however short it is', async () => {
    const clinic = await openClinic()
    const gateway = await openGateway(clinic, storyOf())
    const basic = Buffer.from('chatgpt:a-secret').toString('base64')
    const url = await openFront(onLoopback(gateway), (answer, path) =>
      path.startsWith('/oauth/token')
        ? { status: 401, headers: {}, text: JSON.stringify({ error: 'invalid_client', echo: basic }) }
        : answer,
    )
    const results = await examine(clinic, storyOf(), { url, secret: 'a-secret' })
    expect(failuresOf(results)[0]?.seen).toContain('"echo":"***"')
    expect(JSON.stringify(results)).not.toContain(basic)
  })

  test('cannot keep it busy with an answer without end, nor mislead it with a page', async () => {
    const page = `<style>x</style><h1>Sign in &amp; pay</h1>${'<b>'.repeat(200_000)}`
    const results = await withFront((answer, path) =>
      path.startsWith('/oauth/token')
        ? { status: 200, headers: { 'content-type': 'text/html' }, text: page }
        : answer,
    )
    const [first] = failuresOf(results)
    expect(first?.note).toBe('the answer holds no access token')
    expect(first?.seen).toBe('200 text/html\nSign in & pay')
  })
})

describe('the program', () => {
  test('scopegate chatgpt doctor prints a checklist, and ends with 0 when all passes', async () => {
    const clinic = await openClinic()
    const { file, port } = await spawnGateway(clinic.yaml(storyOf()))
    const run = await runDoctor([file, '--url', onLoopback({ port })], { username: 'alice' })
    expect(run.output).toMatch(/✓ The user signs in\n {4}code, state and iss came back\n/)
    expect(run.output).toMatch(
      /✓ A call with the new token arrives, too\n[^\n]+\n\nChatGPT would get along\.\n/,
    )
    expect(run.output).not.toContain(chatgptSecret)
    expect(run.status).toBe(0)
  })

  test('it ends with 1, and tells the first failure with what was sent and seen', async () => {
    const clinic = await openClinic()
    const { file, port } = await spawnGateway(clinic.yaml(storyOf()))
    const secret = 'a-wrong-secret-of-nobody'
    const run = await runDoctor([file, '--url', onLoopback({ port })], { username: 'alice', secret })
    expect(run.output).toMatch(/✗ The code is exchanged\n/)
    expect(run.output).toMatch(
      /First failure: The code is exchanged\n {2}what {2}401 invalid_client.*\n {2}sent {2}POST http.*\/oauth\/token\n/,
    )
    expect(run.output).toMatch(/client_secret=\*\*\*/)
    expect(run.output).toMatch(/\n {2}mend {2}SCOPEGATE_CLIENT_SECRET and chatgpt must be secret and id/)
    expect(run.output).toMatch(/- A call with the token arrives at the API\n {4}not tried/)
    expect(run.output).not.toContain(secret)
    expect(run.status).toBe(1)
  })

  test('it prints JSON, takes a pasted code, and says what it lacks', async () => {
    const clinic = await openClinic()
    const { file, port } = await spawnGateway(clinic.yaml(storyOf()))
    const url = onLoopback({ port })
    const code = 'https://chatgpt.example/cb?code=a-code-of-another-day&state=x'
    const run = await runDoctor([file, '--url', url, '--json', '--code', code])
    const { healthy, checks } = JSON.parse(run.output)
    expect(healthy).toBe(false)
    expect(checks.find(({ outcome }: Result) => outcome === 'failed')).toMatchObject({
      title: 'The code is exchanged',
      note: expect.stringContaining('400 invalid_grant'),
      mend: expect.stringContaining('run doctor again'),
      sent: expect.stringContaining('code=***'),
    })
    expect(run.output).not.toContain('a-code-of-another-day')
    const without = await runDoctor([file, '--url', url], { secret: '' })
    expect(without).toEqual({ status: 1, output: expect.stringContaining('set SCOPEGATE_CLIENT_SECRET') })
    const mistaken = await runDoctor([file, '--url', 'ftp://x'])
    expect(mistaken).toEqual({ status: 1, output: expect.stringContaining('--url is a URL such as') })
  })

  test('it opens the browser of the desktop with the URL as it is', async () => {
    const clinic = await openClinic()
    const { file, port } = await spawnGateway(clinic.yaml(storyOf()))
    const folder = temporaryFolder()
    const opened = join(folder, 'opened')
    for (const name of ['xdg-open', 'open'])
      writeFileSync(
        join(folder, name),
        `#!/bin/sh\nprintf %s "$*" > ${opened}.part && mv ${opened}.part ${opened}\n`,
        {
          mode: 0o755,
        },
      )
    const { exited, output } = spawnCli(
      ['chatgpt', 'doctor', file, '--url', onLoopback({ port })],
      [],
      'pipe',
      {
        SCOPEGATE_CLIENT_SECRET: chatgptSecret,
        PATH: `${folder}:${process.env['PATH']}`,
      },
    )
    await expect.poll(() => existsSync(opened), { timeout: 10_000 }).toBe(true)
    const url = readFileSync(opened, 'utf8')
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/oauth\/authorize\?response_type=code&client_id=chatgpt&/)
    const query = await browse(url, clinic.callback, {
      username: 'alice',
      password: 'alice-password',
      scope: '',
    })
    await fetch(`${clinic.callback}?${query}`).then((response) => response.text())
    expect(await exited).toBe(0)
    expect(output()).toContain('Sign in with the browser that has opened, or with this URL:\n')
  })

  test('it says what to do where the browser ends at ChatGPT itself', async () => {
    const uris = ['chat.openai.com', 'chatgpt.com'].map((host) => `https://${host}/aip/g-1/oauth/callback`)
    const clinic = await openClinic((data) => Object.assign(applicationOf(data), { redirectUris: uris }))
    const yaml = storyOf(`clients: [chatgpt], redirectUris: [${uris.join(', ')}]`)
    const { file, port } = await spawnGateway(clinic.yaml(yaml))
    const run = await runDoctor([file, '--url', onLoopback({ port })])
    expect(run.output).toMatch(/^http:\S+\/oauth\/authorize\?response_type=code\S+chat\.openai\.com/m)
    expect(run.output).toMatch(
      /nobody can wait at https:\/\/chat\.openai\.com\S+, which is not on this machine/,
    )
    expect(run.output).toMatch(/mend {2}add a callback such as .* run again with --code/)
    expect(run.status).toBe(1)
  })

  test('it asks for the secret on a terminal, and shows it nowhere', async () => {
    const clinic = await openClinic()
    const { file, port } = await spawnGateway(clinic.yaml(storyOf()))
    const flags = [file, '--url', onLoopback({ port }), '--code', 'a-code-of-another-day']
    const printed = await python(onTerminal, process.execPath, cli, 'chatgpt', 'doctor', ...flags)
    expect(printed[0]).toBe('exit status 1')
    const text = printed.join('\n')
    expect(text).toMatch(/Secret of the application, not shown: /)
    expect(text).toMatch(/code=\*\*\*&redirect_uri=.*client_secret=\*\*\*/)
    expect(text).toMatch(/400 invalid_grant/)
    expect(text).not.toMatch(/chatgpt-secret|a-code-of/)
  })

  test('scopegate chatgpt setup says what to paste, without any secret of the gateway', async () => {
    const clinic = await openClinic()
    const { file } = await spawnGateway(clinic.yaml(storyOf()))
    const { output, exited } = spawnCli(['chatgpt', 'setup', file])
    expect(await exited).toBe(0)
    expect(output()).toMatch(/ {2}Client ID +chatgpt\n/)
    expect(output()).toMatch(/ {2}Token URL +https:\/\/api\.example\.com\/oauth\/token\n/)
    const none = spawnCli(['chatgpt', 'setup', '/nowhere/gateway.yaml'])
    expect(await none.exited).toBe(1)
  })

  test('it says that nobody can wait at a port that is taken', async () => {
    const clinic = await openClinic()
    const taken = await startHttpUpstream((_, res) => void res.end())
    const yaml = clinic.yaml(storyOf()).replaceAll(clinic.callback, `${taken.url}/callback`)
    applicationOf(clinic.logto.data).redirectUris = [`${taken.url}/callback`]
    const { file, port } = await spawnGateway(yaml)
    const run = await runDoctor([file, '--url', onLoopback({ port })])
    expect(run.output).toMatch(/nobody can wait at .*EADDRINUSE.*\n[\s\S]*free that port/)
    expect(run.status).toBe(1)
  })
})

/** Runs a program on a terminal, and types the secret when it asks for it. */
const onTerminal = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.environ.pop('SCOPEGATE_CLIENT_SECRET', None)
    os.execv(sys.argv[1], sys.argv[1:])
printed = b''
typed = False
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    printed += chunk
    if not typed and b'not shown: ' in printed:
        typed = True
        os.write(terminal, b'${chatgptSecret}\\r')
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print('exit status', status)
print(printed.decode())
`

/** An API whose identifier is an address of the gateway, as apps that speak MCP need it. */
const mcp = storyOf(facadeBlock).replaceAll('https://api.example.com/\n', 'https://api.example.com/mcp\n')

async function openMcpClinic(change: (data: LogtoData) => unknown = () => {}): Promise<Clinic> {
  return openClinic((data) => {
    const [resource] = data.resources
    Object.assign(resource ?? {}, { indicator: 'https://api.example.com/mcp' })
    for (const role of data.roles) role.permissions['https://api.example.com/mcp'] = ['read']
    applicationOf(data).alwaysIssueRefreshToken = true
    change(data)
  })
}

describe('the doctor of ChatGPT, as an app that speaks MCP,', () => {
  test('finds nothing wrong on a healthy setup', async () => {
    const clinic = await openMcpClinic()
    const gateway = await openGateway(clinic, mcp)
    const results = await examine(clinic, mcp, { url: onLoopback(gateway), mcp: true })
    expect(failuresOf(results)).toEqual([])
    const lines = linesOf(results)
    const metadata = 'https://api.example.com/.well-known/oauth-protected-resource/mcp'
    expect(lines).toContain('✓ The resource is an address of this gateway: https://api.example.com/mcp')
    expect(lines).toContain(
      `✓ The challenge names the metadata of the resource: ${metadata}, scope="read write"`,
    )
    expect(lines).toContain(`✓ The metadata stands where clients look for it: ${metadata}`)
    expect(lines).toContain(
      '✓ The root form speaks for no other resource: 404, which is right for one path of a host',
    )
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^✓ Metadata of the authorization server .*: \S+\/oidc\/\.well-known\/openid-configuration$/,
      ),
    )
    expect(lines).toContain('✓ PKCE with S256 is offered: S256')
    expect(lines).toContainEqual(
      expect.stringMatching(
        /: the static client chatgpt; .*no dynamic registration, which Logto does not have$/,
      ),
    )
    expect(lines).toContain('✓ The user signs in: code, state and iss came back')
  })

  test.each<[string, Plant & { readonly front?: Parameters<typeof openFront>[1] }, RegExp]>([
    [
      'metadata of another resource',
      { front: (answer) => ({ ...answer, text: answer.text.replace('com/mcp"', 'com/other"') }) },
      /^The metadata stands .*it is the metadata of https:\/\/api\.example\.com\/other, not of/,
    ],
    [
      'metadata of another authorization server',
      { front: (answer) => ({ ...answer, text: answer.text.replace('/oidc"]', '/oidc/"]') }) },
      /authorization_servers is \["\S+\/oidc\/"\], not http\S+\/oidc, to the last byte/,
    ],
    [
      'a challenge without metadata',
      { running: mcp.replace('    upstream', '    metadata: false\n    upstream') },
      /^The challenge names .*resource_metadata is nothing, not https:.*metadata must not be false/,
    ],
    [
      'a resource that is no address of the gateway',
      { file: mcp.replace('https://api.example.com/mcp', 'https://todo.example.org/mcp') },
      /^The resource is an address of this gateway: .*of one origin/,
    ],
    [
      'a root form that speaks for another resource',
      {
        front: (answer, path) =>
          path.endsWith('oauth-protected-resource')
            ? {
                status: 200,
                headers: { 'content-type': 'application/json' },
                text: '{"resource":"https://api.example.com/v2"}',
              }
            : answer,
      },
      /^The root form .*is the metadata of https:\/\/api\.example\.com\/v2/,
    ],
    [
      'a refresh token that does not come',
      { data: (data) => Object.assign(applicationOf(data), { alwaysIssueRefreshToken: false }) },
      /^A refresh token came with it: no refresh token came/,
    ],
    [
      'a resource that Logto does not know',
      {
        data: ({ resources }) => Object.assign(resources[0] ?? {}, { indicator: 'https://api.example.com/' }),
      },
      /^A sign-in can begin.*invalid_target/,
    ],
  ])('names %s', async (_, plant, message) => {
    const clinic = await openMcpClinic(plant.data)
    const { file = mcp, running = file, front } = plant
    const gateway = await openGateway(clinic, running)
    const url = front === undefined ? onLoopback(gateway) : await openFront(onLoopback(gateway), front)
    expect(firstOf(await examine(clinic, file, { url, mcp: true }))).toMatch(message)
  })

  test('takes no pasted code, and a client without a secret', async () => {
    const port = await freePort()
    const callback = `http://127.0.0.1:${port}/callback`
    const clinic = await openMcpClinic((data) => {
      data.applications.push({
        ...{ id: 'public', name: 'Public', type: 'Native', roles: [] },
        ...{ redirectUris: [callback], alwaysIssueRefreshToken: true },
      })
    })
    const { file, port: gateway } = await spawnGateway(clinic.yaml(mcp))
    const flags = [file, '--url', onLoopback({ port: gateway }), '--mcp']
    const pasted = await runDoctor([...flags, '--code', 'x'], { secret: '' })
    expect(pasted).toEqual({ status: 1, output: expect.stringContaining('PKCE binds a code') })
    const run = await runDoctor([...flags, '--client', 'public', '--callback', callback], {
      username: 'alice',
      secret: '',
    })
    expect(run.output).toContain('without a secret, by PKCE')
    expect(run.output).toContain('ChatGPT would get along.')
    expect(run.status).toBe(0)
  })
})
