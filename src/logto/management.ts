import { Agent as PlainAgent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import type { LogtoConfig } from '../config/logto-config.ts'
import { callIssuer, type IssuerRequest, type IssuerResponse } from '../issuer/call-issuer.ts'
import type { IssuerConnection } from '../issuer/options.ts'
import { jsonIn, patiently } from './management-call.ts'
import { ManagementFault } from './management-fault.ts'
import { createManagementToken } from './management-token.ts'

/** The Management API of one tenant, asked one call at a time: Logto answers 500 to some that meet. */
export type Management = {
  /** The answer to a GET. */
  read(path: string): Promise<unknown>
  /** Every page of a list. */
  readAll(path: string): Promise<unknown[]>
  /** The same, with the time of the answer. */
  readDated(path: string): Promise<Dated>
  /** The same, with the time of the last page. */
  readAllDated(path: string): Promise<Dated & { readonly body: unknown[] }>
  /** The answer to a call that changes something; undefined where it has no body. */
  write(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>
  /** The scopes of the account's own token, undefined where it names none. */
  scope(): Promise<string | undefined>
  close(): void
}

export type Dated = {
  readonly body: unknown
  /** By Logto's own clock, in milliseconds since the epoch; undefined when the answer does not say it. */
  readonly dateMs: number | undefined
  /** The length of the whole list of which this is a page; undefined when the answer does not say it. */
  readonly total: number | undefined
}

/** Of one list; Logto refuses more. */
const pageSize = 100
/** A tenant of 1,000 permissions answers with a third of a MiB. */
const limitMiB = 16
/** Of a list. An answer that never ends is none. */
const mostPages = 1000
/** In milliseconds. Servers close connections that were idle for longer, Node's after 5 s. */
const idleMs = 4000

export type ManagementOptions = {
  /** Calls at a time. Default: 1, since Logto answers 500 to some changes that meet */
  readonly maxSockets?: number
  /** Times that one call is asked again after 429. Default: 3 */
  readonly patience?: number
  /** Least time from one call to the next, in milliseconds. Default: 0 */
  readonly gapMs?: number
}

/** `connection` is that of the issuer: proxy and certificates. Rejects with a `ManagementFault`. */
export function createManagement(
  config: Pick<LogtoConfig, 'endpoint' | 'resource' | 'management'>,
  connection: IssuerConnection,
  { maxSockets = 1, patience = 3, gapMs = 0 }: ManagementOptions = {},
): Management {
  const options = { keepAlive: true, maxSockets, timeout: idleMs }
  const agent = config.endpoint.startsWith('https:') ? new SecureAgent(options) : new PlainAgent(options)
  const token = createManagementToken(config, connection, patience)
  let nextMs = 0

  /** Calls that come together get their turns one after the other. */
  async function takeTurn(): Promise<void> {
    const nowMs = performance.now()
    const turnMs = Math.max(nowMs, nextMs)
    nextMs = turnMs + gapMs
    if (turnMs > nowMs) await wait(turnMs - nowMs, undefined, { ref: false })
  }

  async function ask(method: IssuerRequest['method'], path: string, body?: unknown): Promise<IssuerResponse> {
    const used = await token.current()
    const response = await send(used.text, method, path, body)
    if (response.status !== 401 || !token.refused(used)) return response
    return send((await token.current()).text, method, path, body)
  }

  function send(
    tokenText: string,
    method: IssuerRequest['method'],
    path: string,
    body: unknown,
  ): Promise<IssuerResponse> {
    const request: IssuerRequest = {
      method,
      agent,
      limitMiB,
      headers: {
        Accept: 'application/json',
        Authorization: `Bearer ${tokenText}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }
    return patiently(callName(method, path), patience, async () => {
      await takeTurn()
      return callIssuer(`${config.endpoint}/api/${path}`, connection, request)
    })
  }

  async function read(path: string): Promise<Dated> {
    const call = callName('GET', path)
    const response = accepted(call, await ask('GET', path))
    return { body: jsonIn(call, response), ...aboutAnswer(response.headers) }
  }

  async function readAll(path: string): Promise<Dated & { readonly body: unknown[] }> {
    const items: unknown[] = []
    // Its `Link` URLs lack the `/api`, so pages are counted instead of followed.
    for (let page = 1; page <= mostPages; page++) {
      const query = `${path.includes('?') ? '&' : '?'}page=${page}&page_size=${pageSize}`
      const { body, dateMs, total } = await read(`${path}${query}`)
      if (!Array.isArray(body)) throw ManagementFault.ofShape(callName('GET', path), 'is no list')
      items.push(...body)
      if (body.length < pageSize || items.length >= (total ?? Number.POSITIVE_INFINITY))
        return { body: items, dateMs, total }
    }
    throw ManagementFault.ofShape(callName('GET', path), 'has no end')
  }

  return {
    read: async (path) => (await read(path)).body,
    readAll: async (path) => (await readAll(path)).body,
    readDated: read,
    readAllDated: readAll,
    async write(method, path, body) {
      const call = callName(method, path)
      const response = accepted(call, await ask(method, path, body))
      return response.text === '' ? undefined : jsonIn(call, response)
    },
    scope: async () => (await token.current()).scope,
    close: () => agent.destroy(),
  }
}

/** As messages say it. A search may name a hundred users: nobody reads that, and no log should hold it. */
function callName(method: IssuerRequest['method'], path: string): string {
  return `${method} /api/${path.replace(/\?.*search.*/, '')}`
}

function aboutAnswer(headers: IssuerResponse['headers']): Pick<Dated, 'dateMs' | 'total'> {
  const dateMs = Date.parse(headers.date ?? '')
  const total = Number(headers['total-number'] ?? Number.NaN)
  return {
    dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
    total: Number.isNaN(total) ? undefined : total,
  }
}

function accepted(call: string, response: IssuerResponse): IssuerResponse {
  if (response.status >= 200 && response.status < 300) return response
  throw ManagementFault.ofResponse(call, response)
}
