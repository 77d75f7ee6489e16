import { randomBytes } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { messageOf } from '../errors.ts'
import { opaqueOptions } from '../gateway/opaque-options.ts'
import { issuerTimeoutMs } from '../issuer/call-issuer.ts'
import { createEndpoints } from '../issuer/endpoints.ts'
import { introspect } from '../issuer/introspection.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import { exchangeToken } from '../issuer/token-exchange.ts'
import { askUserinfo } from '../issuer/userinfo.ts'
import { createManagement } from '../logto/management.ts'
import type { OpaqueOptions } from '../token/opaque/options.ts'

/** A text to print, or the problem that came up. */
export type Found = { readonly text?: string; readonly problem?: string }

/**
 * Asks the endpoints that opaque tokens need about a token that nobody has issued: whoever refuses that one
 * would answer about others. Nothing is left behind at the issuer.
 */
export async function reachEndpoints(config: Config, issuer: IssuerOptions, name: string): Promise<Found> {
  const ways = waysOf(config, issuer, name)
  try {
    for (const way of ways) await tryWay(way, issuer)
    const [first] = ways
    return first === undefined ? {} : { text: `${issuer.issuer}: opaque tokens, by ${first.mode}` }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/** With exchange each API is asked for, since each has a resource of its own. */
function waysOf(config: Config, issuer: IssuerOptions, name: string): OpaqueOptions[] {
  const ways = config.apis
    .filter((api) => api.issuer === name)
    .flatMap((api) => opaqueOptions(config, api, issuer) ?? [])
  return ways.some(({ mode }) => mode === 'exchange') ? ways : ways.slice(0, 1)
}

async function tryWay(way: OpaqueOptions, issuer: IssuerOptions): Promise<void> {
  const endpoints = createEndpoints(issuer)
  const signal = AbortSignal.timeout(issuerTimeoutMs)
  // As long as an opaque token of Logto.
  const token = randomBytes(32).toString('base64url')
  if (way.mode === 'userinfo') return void (await askUserinfo(token, endpoints, signal))
  const asking = { endpoints, client: way.client, signal }
  await introspect(token, asking)
  if (way.mode === 'introspect') return
  const { resource, scopes } = way
  await exchangeToken({ subjectToken: token, subjectTokenType: 'accessToken', resource, scopes }, asking)
}

/** Reads one role of the tenant; undefined where the file names no account of the Management API. */
export async function reachManagement({ logto, issuers }: Config): Promise<Found | undefined> {
  const issuer = logto && issuers.get(logto.issuer)
  if (logto?.management === undefined || issuer === undefined) return undefined
  const management = createManagement(logto, issuer)
  try {
    await management.read('roles?page=1&page_size=1')
    return { text: `${logto.endpoint}: Management API` }
  } catch (error) {
    return { problem: messageOf(error) }
  } finally {
    management.close()
  }
}
