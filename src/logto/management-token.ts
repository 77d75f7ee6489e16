import type { LogtoConfig } from '../config/logto-config.ts'
import { callIssuer, type IssuerRequest } from '../issuer/call-issuer.ts'
import { isJsonObject } from '../issuer/json-object.ts'
import type { IssuerConnection } from '../issuer/options.ts'
import { jsonIn, patiently } from './management-call.ts'
import { ManagementFault } from './management-fault.ts'

/** The access token of the account, fetched when it is needed and kept until shortly before it expires. */
export type ManagementToken = {
  /** Rejects with a `ManagementFault`. */
  current(): Promise<Token>
  /** Logto has refused it. True when it is so old that it may have been withdrawn: another is worth a try. */
  refused(token: Token): boolean
}

export type Token = {
  readonly text: string
  /** Undefined where the token response names none. */
  readonly scope?: string
  readonly fetchedAtMs: number
  readonly renewAtMs: number
}

/** In milliseconds. A younger one that is refused was never good. */
const oldMs = 60_000

type Account = Pick<LogtoConfig, 'endpoint' | 'resource' | 'management'>

/** `patience`: times that it is asked for again after 429. */
export function createManagementToken(
  account: Account,
  connection: IssuerConnection,
  patience: number,
): ManagementToken {
  let token: Token | undefined
  let fetching: Promise<Token> | undefined

  async function fetchAnother(): Promise<Token> {
    try {
      token = await fetchToken(account, connection, patience)
      return token
    } finally {
      fetching = undefined
    }
  }

  return {
    async current() {
      if (token !== undefined && Date.now() <= token.renewAtMs) return token
      // Calls that need one at the same time share it.
      fetching ??= fetchAnother()
      return fetching
    },
    refused(used) {
      const isOld = Date.now() - used.fetchedAtMs > oldMs
      if (isOld && token === used) token = undefined
      return isOld
    },
  }
}

/** Client credentials (RFC 6749 section 4.4). The scope has to be asked for: none is given unasked. */
async function fetchToken(
  { endpoint, resource, management }: Account,
  connection: IssuerConnection,
  patience: number,
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
  const response = await patiently(call, patience, () =>
    callIssuer(`${endpoint}/oidc/token`, connection, request),
  )
  if (response.status !== 200) throw ManagementFault.ofTokenResponse(response)
  const body = jsonIn(call, response)
  if (!isJsonObject(body) || typeof body['access_token'] !== 'string')
    throw ManagementFault.ofShape(call, 'holds no access token')
  const { access_token: text, expires_in: seconds, scope } = body
  const lifetime = typeof seconds === 'number' ? seconds : 60
  return {
    text: String(text),
    ...(typeof scope === 'string' && scope !== '' && { scope }),
    fetchedAtMs: Date.now(),
    renewAtMs: Date.now() + Math.max(0, lifetime - 30) * 1000,
  }
}
