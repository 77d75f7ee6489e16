import { Agent as PlainAgent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import type { LogtoConfig } from '../config/logto-config.ts'
import { messageOf } from '../errors.ts'
import { callIssuer, type IssuerRequest, type IssuerResponse } from '../issuer/call-issuer.ts'
import { isJsonObject } from '../issuer/json-object.ts'
import type { IssuerConnection } from '../issuer/options.ts'
import { ManagementFault } from './management-fault.ts'

/** The Management API of one tenant, asked one call at a time: Logto answers 500 to some that meet. */
export type Management = {
  /** The answer to a GET. */
  read(path: string): Promise<unknown>
  /** Every page of a list. */
  readAll(path: string): Promise<unknown[]>
  /** The answer to a call that changes something; undefined where it has no body. */
  write(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>
  /** The scopes of the account's own token, undefined where it names none. */
  scope(): Promise<string | undefined>
  close(): void
}

/** Of one list; Logto refuses more. */
const pageSize = 100
/** A tenant of 1,000 permissions answers with a third of a MiB. */
const limitMiB = 16
/** Times that one call is asked again after 429. */
const patience = 3
/** In seconds. Logto Cloud counts in windows of ten. */
const longestPause = 30

type Token = { readonly text: string; readonly scope?: string; readonly renewAtMs: number }

/** `connection` is that of the issuer: proxy and certificates. Rejects with a `ManagementFault`. */
export function createManagement(
  config: Pick<LogtoConfig, 'endpoint' | 'resource' | 'management'>,
  connection: IssuerConnection,
): Management {
  const options = { keepAlive: true, maxSockets: 1 }
  const agent = config.endpoint.startsWith('https:') ? new SecureAgent(options) : new PlainAgent(options)
  let token: Token | undefined

  async function currentToken(): Promise<Token> {
    if (token === undefined || Date.now() > token.renewAtMs) token = await fetchToken(config, connection)
    return token
  }

  async function ask(method: IssuerRequest['method'], path: string, body?: unknown): Promise<IssuerResponse> {
    const call = `${method} /api/${path}`
    const { text } = await currentToken()
    const request: IssuerRequest = {
      method,
      agent,
      limitMiB,
      headers: {
        Accept: 'application/json',
        Authorization: `Bearer ${text}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }
    const response = await patiently(call, () =>
      callIssuer(`${config.endpoint}/api/${path}`, connection, request),
    )
    const { status } = response
    if (status >= 200 && status < 300) return response
    throw ManagementFault.ofResponse(call, response)
  }

  async function read(path: string) {
    const response = await ask('GET', path)
    return { body: parse(`GET /api/${path}`, response), response }
  }

  return {
    read: async (path) => (await read(path)).body,
    async readAll(path) {
      const items: unknown[] = []
      // Its `Link` URLs lack the `/api`, so pages are counted instead of followed.
      for (let page = 1; ; page++) {
        const query = `${path.includes('?') ? '&' : '?'}page=${page}&page_size=${pageSize}`
        const { body, response } = await read(`${path}${query}`)
        if (!Array.isArray(body)) throw ManagementFault.ofShape(`GET /api/${path}`, 'is no list')
        items.push(...body)
        const total = Number(response.headers['total-number'] ?? Number.NaN)
        if (body.length < pageSize || items.length >= total) return items
      }
    },
    async write(method, path, body) {
      const response = await ask(method, path, body)
      return response.text === '' ? undefined : parse(`${method} /api/${path}`, response)
    },
    scope: async () => (await currentToken()).scope,
    close: () => agent.destroy(),
  }
}

/** Client credentials (RFC 6749 section 4.4). The scope has to be asked for: none is given unasked. */
async function fetchToken(
  { endpoint, resource, management }: Pick<LogtoConfig, 'endpoint' | 'resource' | 'management'>,
  connection: IssuerConnection,
): Promise<Token> {
  const call = 'POST /oidc/token'
  const { id = '', secret = '' } = management ?? {}
  const credentials = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString(
    'base64',
  )
  const request: IssuerRequest = {
    method: 'POST',
    headers: {
      Authorization: `Basic ${credentials}`,
      'Content-Type': 'application/x-www-form-urlencoded',
      Accept: 'application/json',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope: 'all' }).toString(),
  }
  const response = await patiently(call, () => callIssuer(`${endpoint}/oidc/token`, connection, request))
  if (response.status !== 200) throw ManagementFault.ofTokenResponse(response)
  const body = parse(call, response)
  if (!isJsonObject(body) || typeof body['access_token'] !== 'string')
    throw ManagementFault.ofShape(call, 'holds no access token')
  const { access_token: text, expires_in: seconds, scope } = body
  const lifetime = typeof seconds === 'number' ? seconds : 60
  return {
    text: String(text),
    ...(typeof scope === 'string' && scope !== '' && { scope }),
    renewAtMs: Date.now() + Math.max(0, lifetime - 30) * 1000,
  }
}

/** Waits as long as a 429 asks for, a few times. */
async function patiently(call: string, ask: () => Promise<IssuerResponse>): Promise<IssuerResponse> {
  for (let asked = 1; ; asked++) {
    const response = await ask().catch((error) => {
      throw ManagementFault.ofTransport(call, messageOf(error))
    })
    if (response.status !== 429 || asked > patience) return response
    const seconds = Number(response.headers['retry-after'] ?? 1)
    await wait(Math.min(Number.isFinite(seconds) ? Math.max(seconds, 0.05) : 1, longestPause) * 1000)
  }
}

function parse(call: string, { text, headers }: IssuerResponse): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const type = /^[\w/+.-]{1,60}/.exec(headers['content-type'] ?? '')?.[0] ?? 'no content type'
    throw ManagementFault.ofShape(call, `is no JSON (${type})`)
  }
}
