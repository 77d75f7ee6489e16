import { afterAll } from 'vitest'
import { emptyData, managementAccount } from '../../src/dev/logto/data.ts'
import { startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'

export type Answer = {
  readonly status: number
  readonly headers: Headers
  // The tests say what it holds.
  readonly body: unknown
}

export type Logto = {
  readonly endpoint: string
  /** Calls the Management API, below `/api`. */
  api(method: string, path: string, body?: unknown, scope?: string): Promise<Answer>
  /** A name that nobody else has. Everything that is made carries one, and is removed by `remove`. */
  name(what: string): string
  /** Removes this path below `/api` when the tests are over. */
  remove(path: string): void
  /** A form to an endpoint below `/oidc`, `token` for example. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
  /** Client credentials at the token endpoint. */
  token(fields: Readonly<Record<string, string>>, id?: string, secret?: string): Promise<Answer>
  readonly managementResource: string
}

/**
 * The Logto that `LOGTO_ENDPOINT` names, else the stand-in.
 *
 * `LOGTO_M2M_ID` and `LOGTO_M2M_SECRET` are of an application that may use its Management API. Logto Cloud
 * needs `LOGTO_M2M_RESOURCE` too.
 */
export async function openLogto(): Promise<Logto> {
  const { LOGTO_ENDPOINT, LOGTO_M2M_ID, LOGTO_M2M_SECRET, LOGTO_M2M_RESOURCE } = process.env
  const standIn =
    LOGTO_ENDPOINT === undefined ? await startStandInLogto({ data: emptyData('alice') }) : undefined
  const endpoint = (LOGTO_ENDPOINT ?? standIn?.origin ?? '').replace(/\/$/, '')
  const id = LOGTO_M2M_ID ?? managementAccount.id
  const secret = LOGTO_M2M_SECRET ?? managementAccount.secret
  const managementResource = LOGTO_M2M_RESOURCE ?? 'https://default.logto.app/api'
  const made: string[] = []
  const tokens = new Map<string, string>()

  async function post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const request = { method: 'POST', headers, body: new URLSearchParams(fields) }
    return answerOf(await fetch(`${endpoint}/oidc/${path}`, request))
  }

  const token = (fields: Readonly<Record<string, string>>, asId = id, withSecret = secret) =>
    post('token', { grant_type: 'client_credentials', ...fields }, { authorization: basic(asId, withSecret) })

  async function tokenFor(scope: string): Promise<string> {
    const known = tokens.get(scope)
    if (known !== undefined) return known
    const { body } = await token({ resource: managementResource, ...(scope !== '' && { scope }) })
    const text = String(Object(body).access_token)
    tokens.set(scope, text)
    return text
  }

  async function api(method: string, path: string, body?: unknown, scope = 'all'): Promise<Answer> {
    const headers = { authorization: `Bearer ${await tokenFor(scope)}`, 'content-type': 'application/json' }
    const text = body === undefined ? null : JSON.stringify(body)
    return answerOf(await fetch(`${endpoint}/api/${path}`, { method, headers, body: text }))
  }

  const run = `scopegate-contract-${Date.now().toString(36)}`
  afterAll(async () => {
    for (const path of made.reverse()) await api('DELETE', path)
    await standIn?.close()
  })
  return {
    endpoint,
    api,
    post,
    token,
    managementResource,
    name: (what) => `${run} ${what}`,
    remove: (path) => void made.push(path),
  }
}

/** The credentials of a client as a header (RFC 6749 section 2.3.1). */
export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

export const idOf = (body: unknown): string => String(Object(body).id)

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: parse(text) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text === '' ? undefined : text
  }
}
