import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { browse } from '../../src/dev/demo/sign-in.ts'
import { exampleResource } from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { startSampleApi } from '../../src/dev/stand-in/sample-api.ts'
import { startGateway, type TestGateway } from './gateway.ts'
import { type Answer, type Call, call } from './stage.ts'

/** Where ChatGPT waits for the browser in the tenant of the story, and the secret of its application. */
export const callback = 'https://chatgpt.example/aip/g-1/oauth/callback'
export const chatgptSecret = 'chatgpt-secret-of-the-demo'

export type Parameters = Readonly<Record<string, string>>

/** ChatGPT, as the gateway sees it. */
export type Facade = {
  readonly gateway: TestGateway
  /** The log line of the last request. */
  line(): Record<string, unknown> | undefined
  call(path: string, options?: Call): Promise<Answer>
  /** `GET /oauth/authorize` with these changes to a right query; an empty text takes a parameter out. */
  authorize(changes?: Parameters, more?: Call): Promise<Answer>
  /** `POST /oauth/token` with a form, or whatever `how` says. */
  token(parameters: Parameters, how?: How): Promise<Answer & { readonly members: Tokens }>
}

export type Tokens = Readonly<Record<string, string>>

export type How = {
  readonly json?: boolean
  /** The secret goes by Basic instead of in the body. */
  readonly basic?: boolean
  readonly secret?: string
  readonly headers?: Record<string, string>
}

/** The `chatgpt:` block, in the YAML of a flow, for the tenant of the story. */
export function chatgptBlock(more = ''): string {
  return `chatgpt: { clients: [chatgpt], redirectUris: ["${callback}"]${more && `, ${more}`} }`
}

/** A file with one API, whose issuer is at this origin. */
export function facadeFile(origin: string, upstream: string, more = chatgptBlock()): string {
  return `issuer: { logto: "${origin}" }
apis:
  todo:
    resource: ${exampleResource}
    upstream: ${upstream}
    routes: { /todos: { GET: read, POST: write } }
${more}
`
}

export function facadeOf(gateway: TestGateway): Facade {
  const ask = (path: string, options?: Call) => call(gateway.port, path, options)
  return {
    gateway,
    line: () => gateway.logs.findLast(({ msg }) => msg === 'request'),
    call: ask,
    authorize: (changes, more) => ask(`/oauth/authorize?${rightQuery(changes)}`, more),
    async token(parameters, how = {}) {
      const answer = await ask('/oauth/token', tokenCall(parameters, how))
      return { ...answer, members: answer.body.startsWith('{') ? JSON.parse(answer.body) : {} }
    },
  }
}

export function rightQuery(changes: Parameters = {}): URLSearchParams {
  const query = { response_type: 'code', client_id: 'chatgpt', redirect_uri: callback, state: 'state-of-1' }
  const filled = Object.entries({ ...query, scope: 'read write', ...changes })
  return new URLSearchParams(filled.filter(([, value]) => value !== ''))
}

function tokenCall(parameters: Parameters, { json, basic, secret = chatgptSecret, headers }: How): Call {
  const client = basic ? {} : { client_id: 'chatgpt', client_secret: secret }
  const all = Object.entries({ ...client, ...parameters }).filter(([, value]) => value !== '')
  return {
    method: 'POST',
    headers: {
      'Content-Type': json ? 'application/json' : 'application/x-www-form-urlencoded',
      ...(basic && { Authorization: `Basic ${Buffer.from(`chatgpt:${secret}`).toString('base64')}` }),
      ...headers,
    },
    body: json ? JSON.stringify(Object.fromEntries(all)) : new URLSearchParams(all).toString(),
  }
}

/** The facade before the stand-in's tenant of the story, whose Default API is off. */
export type Story = Facade & {
  readonly logto: StandInLogto
  /** Signs in through the facade in a browser, and resolves to the query of the callback. */
  signIn(changes?: Parameters, username?: string): Promise<URLSearchParams>
  /** The same, and redeems the code. */
  tokens(changes?: Parameters, username?: string, how?: How): Promise<Tokens>
}

/** `block`: from `chatgpt:` on. */
export async function createStory(block = chatgptBlock()): Promise<Story> {
  const logto = await startStandInLogto()
  onTestFinished(() => logto.close())
  logto.setDefaultApi(false)
  const api = await startSampleApi()
  onTestFinished(() => api.close())
  const gateway = await startGateway(facadeFile(logto.origin, api.origin, block))
  onTestFinished(() => gateway.stop())
  const facade = facadeOf(gateway)
  await expect
    .poll(async () => (await facade.token({ grant_type: 'refresh_token', refresh_token: 'x' })).status)
    .not.toBe(503)
  const story: Story = {
    ...facade,
    logto,
    signIn: (changes, username = 'alice') =>
      browse(`http://127.0.0.1:${gateway.port}/oauth/authorize?${rightQuery(changes)}`, callback, {
        ...{ username, password: `${username}-password`, scope: '' },
      }),
    async tokens(changes, username, how) {
      const code = (await story.signIn(changes, username)).get('code') ?? ''
      const redeemed = { grant_type: 'authorization_code', code, redirect_uri: callback }
      return (await story.token(redeemed, how)).members
    },
  }
  return story
}

/** A request that reached a token endpoint. */
export type Asked = {
  readonly headers: IncomingHttpHeaders
  readonly form: URLSearchParams
  readonly url: string
}

export type ScriptedIssuer = {
  readonly origin: string
  readonly asked: Asked[]
  /** Members of the discovery document instead of the right ones. */
  metadata: Record<string, unknown>
  discoveries: number
}

export type Respond = (response: ServerResponse, asked: Asked) => void

/** An authorization server that answers token requests as a test wants, however hostile. */
export async function startScriptedIssuer(answer: Respond): Promise<ScriptedIssuer> {
  const server = createServer((request, response) => {
    const { url = '', headers } = request
    if (url.endsWith('/.well-known/openid-configuration')) {
      issuer.discoveries += 1
      const iss = `${issuer.origin}/oidc`
      const right = { issuer: iss, token_endpoint: `${iss}/token`, authorization_endpoint: `${iss}/auth` }
      return void response.end(JSON.stringify({ ...right, jwks_uri: `${iss}/jwks`, ...issuer.metadata }))
    }
    if (url.endsWith('/jwks')) return void response.writeHead(404).end()
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const asked = { url, headers, form: new URLSearchParams(body) }
      issuer.asked.push(asked)
      answer(response, asked)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  const issuer: ScriptedIssuer = {
    ...{ origin: `http://127.0.0.1:${port}`, asked: [], metadata: {}, discoveries: 0 },
  }
  return issuer
}

/** The facade before such a server. Its token endpoint is configured, so that nothing must be discovered. */
export async function createScripted(
  answer: Respond,
  block = chatgptBlock(),
): Promise<Facade & { readonly issuer: ScriptedIssuer }> {
  const issuer = await startScriptedIssuer(answer)
  const yaml = facadeFile(issuer.origin, 'http://127.0.0.1:9', block).replace(
    /^issuer: .*$/m,
    `issuer: { logto: "${issuer.origin}", tokenEndpoint: "${issuer.origin}/oidc/token" }`,
  )
  const gateway = await startGateway(yaml)
  onTestFinished(() => gateway.stop())
  return { ...facadeOf(gateway), issuer }
}

/** A JWT that nobody signed, which the facade looks at all the same. */
export function unsigned(claims: Record<string, unknown> = {}): string {
  const now = Math.floor(Date.now() / 1000)
  const all = { aud: exampleResource, sub: 'u1', iat: now, exp: now + 3600, scope: 'read', ...claims }
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'ES384', typ: 'at+jwt' })}.${part(all)}.${Buffer.from('signature').toString('base64url')}`
}

/** A token answer with this access token. */
export function sendTokens(response: ServerResponse, accessToken = unsigned(), more: object = {}): void {
  const members = { access_token: accessToken, token_type: 'Bearer', expires_in: 3600, ...more }
  response.setHeader('content-type', 'application/json').end(JSON.stringify(members))
}

export const redeem: Parameters = {
  grant_type: 'authorization_code',
  code: 'the-code-1',
  redirect_uri: callback,
}
