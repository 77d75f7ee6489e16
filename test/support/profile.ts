import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { emptyData, exampleData, exampleResource, managementAccount } from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { startGateway, type TestGateway } from './gateway.ts'
import { type Answer, type Call, call } from './stage.ts'
import { always, ok, type ScriptedUpstream, startUpstream } from './upstream.ts'

export const alice = '7q6j4duell21'
export const bob = 'k2m8x0trv5ob'

/** A way to the stand-in that counts the calls of its Management API, and holds them when it is told to. */
export type Front = {
  readonly origin: string
  /** Paths with their queries, in the order of arrival. */
  readonly calls: string[]
  /** Calls that were out at the same time. */
  readonly mostOut: number
  readonly held: number
  hold(): void
  release(): void
}

export type ProfileStage = {
  readonly logto: StandInLogto
  readonly front: Front
  readonly gateway: TestGateway
  readonly upstream: ScriptedUpstream
  /** A JWT of alice with the scope `read`, or as the claims say. */
  token(claims?: Record<string, unknown>): Promise<string>
  call(path: string, options?: Call): Promise<Answer>
  /** The value of this header in the last request that the upstream received, or undefined. */
  header(name: string): string | undefined
  config(changes?: ProfileConfig): string
}

export type ProfileConfig = {
  readonly headers?: string
  readonly routes?: string
  readonly more?: string
  readonly tokens?: string
}

const allHeaders =
  '{ X-User-Email: primaryEmail, X-User-Name: name, X-User-Plan: customData.plan, X-User-Roles: roles }'
const allRoutes =
  '{ /open: public, /feed: optional, /me: authenticated, /todos: read, /ws: { scopes: read, websocket: true } }'

/** A stand-in Logto with the account that looks users up, an upstream, and the file for a gateway. */
export async function startProfileParts(script: Parameters<typeof startUpstream>[0] = always(ok)) {
  const data = exampleData()
  data.applications.push(...emptyData().applications)
  const logto = await startStandInLogto({ data })
  onTestFinished(() => logto.close())
  const front = await startFront(logto.port)
  const upstream = await startUpstream(script)
  onTestFinished(() => upstream.stop())
  const config = ({
    headers = allHeaders,
    routes = allRoutes,
    more = '',
    tokens = '',
  }: ProfileConfig = {}) => `
issuer: { logto: "${logto.origin}", client: { id: gateway, secret: gateway-secret-of-the-demo } }
tokens: { ${tokens} }
apis:
  todo: { resource: "${exampleResource}", upstream: "${upstream.url}", clients: [chatgpt, nightly-job], routes: ${routes} }
logto:
  management: { id: ${managementAccount.id}, secret: ${managementAccount.secret} }
  endpoint: "${front.origin}"
${headers && `identity: { profile: { from: management, headers: ${headers} } }`}
${more}
`
  const token = (claims: Record<string, unknown> = {}) =>
    logto.mint({ ...claimsFor(logto.issuer), ...claims }, { typ: 'at+jwt' })
  return { logto, front, upstream, config, token }
}

export async function createProfileStage(
  changes: ProfileConfig = {},
  script?: Parameters<typeof startUpstream>[0],
): Promise<ProfileStage> {
  const parts = await startProfileParts(script)
  const { upstream, config } = parts
  const gateway = await startGateway(config(changes))
  onTestFinished(() => gateway.stop())
  return {
    ...parts,
    gateway,
    call: (path, options) => call(gateway.port, path, options),
    header(name) {
      const last =
        upstream
          .received()
          .split(/^(?=[A-Z]+ \/\S* HTTP)/m)
          .at(-1) ?? ''
      return new RegExp(`^${name}: (.*)\\r$`, 'im').exec(last)?.[1]
    },
  }
}

function claimsFor(issuer: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000)
  const dates = { iat: now, exp: now + 3600 }
  return {
    iss: issuer,
    aud: exampleResource,
    sub: alice,
    client_id: 'chatgpt',
    jti: 'j1',
    scope: 'read',
    ...dates,
  }
}

async function startFront(port: number): Promise<Front> {
  const calls: string[] = []
  const waiting: (() => void)[] = []
  let out = 0
  let mostOut = 0
  let isHolding = false
  const server = createServer((incoming, response) => {
    const { url: path = '/', method, headers } = incoming
    const pass = () => {
      const onward = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', () => response.destroy())
      incoming.pipe(onward)
    }
    if (!path.startsWith('/api/')) return pass()
    calls.push(path.slice('/api/'.length))
    out += 1
    mostOut = Math.max(mostOut, out)
    response.on('close', () => {
      out -= 1
    })
    if (isHolding) waiting.push(pass)
    else pass()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // A TCP listener has no other address.
    calls,
    get mostOut() {
      return mostOut
    },
    get held() {
      return waiting.length
    },
    hold() {
      isHolding = true
    },
    release() {
      isHolding = false
      for (const pass of waiting.splice(0)) pass()
    },
  }
}
