import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Claims, type Issuer, resource } from './issuer.ts'

/** Answers the gateway's own questions as Logto does, with next to no CPU: every answer is ready. */
export type Tenant = {
  /** Address of the tenant; the `iss` of its tokens is this address with /oidc behind it. */
  readonly url: string
  /** Another `iss` of the same length. Nobody is asked about its tokens, and nobody withdraws them. */
  readonly awayIssuer: string
  readonly jwksFile: string
  /** A token of each issuer for its own API. */
  readonly jwt: Readonly<Record<Side, string>>
  /** Forgets what `mostCalls` knew. */
  countAnew(): void
  /** The most calls that were out at the same time. */
  mostCalls(): number
  close(): void
}

/** An API of the tenant, and its twin at the other issuer. */
export type Side = 'here' | 'away'

export const resources: Readonly<Record<Side, string>> = {
  here: resource,
  away: 'https://etc.example.com/',
}

/** The gateway's own application. */
export const ownClient = 'gateway'
export const subject = '7q6j4duell21'

/** Time that each answer takes, in milliseconds: as Logto's on the same machine. */
const usualAnswerMs = 5

export async function startTenant(issuer: Issuer, answerMs = usualAnswerMs): Promise<Tenant> {
  const answers = new Map<string, string>()
  let [now, most] = [0, 0]
  const server = createServer(({ url = '' }, response) => {
    now += 1
    most = Math.max(most, now)
    response.once('close', () => {
      now -= 1
    })
    setTimeout(() => answer(response, answers.get(url)), answerMs)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  const url = `http://127.0.0.1:${port}`
  const [iss, awayIssuer] = [`${url}/oidc`, `${url}/away`]
  for (const [path, body] of Object.entries(await answersOf(iss, issuer)))
    answers.set(path, JSON.stringify(body))
  const jwt = {
    here: await issuer.token({ iss }),
    away: await issuer.token({ iss: awayIssuer, aud: resources.away }),
  }
  return {
    ...{ url, awayIssuer, jwksFile: issuer.jwksFile, jwt },
    countAnew() {
      most = now
    },
    mostCalls: () => most,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function answer(response: ServerResponse, body: string | undefined): void {
  response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': 'application/json' }).end(body)
}

/** One user, one token of the gateway's own for all that it asks. */
async function answersOf(iss: string, issuer: Issuer): Promise<Record<string, object>> {
  const accessToken = await issuer.token({ iss, client_id: ownClient })
  const iat = Math.floor(Date.now() / 1000)
  const times: Claims = { iat, exp: iat + 12 * 3600 }
  return {
    '/oidc/.well-known/openid-configuration': {
      issuer: iss,
      authorization_endpoint: `${iss}/auth`,
      token_endpoint: `${iss}/token`,
      introspection_endpoint: `${iss}/token/introspection`,
      userinfo_endpoint: `${iss}/me`,
    },
    '/oidc/token/introspection': {
      ...{ active: true, sub: subject, client_id: 'chatgpt', ...times, iss },
      ...{ scope: 'openid profile', token_type: 'Bearer' },
    },
    '/oidc/token': { access_token: accessToken, expires_in: 3600, scope: 'read', token_type: 'Bearer' },
    '/oidc/me': { sub: subject, name: 'Alice A', username: 'alice', email: 'alice@example.com' },
    [`/api/users/${subject}`]: { id: subject, name: 'Alice A', primaryEmail: 'alice@example.com' },
  }
}
