import { onTestFinished } from 'vitest'
import { signIn } from '../../src/dev/demo/sign-in.ts'
import { exampleResource } from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { startGateway, type TestGateway } from './gateway.ts'
import { type Answer, type Call, call } from './stage.ts'
import { always, ok, type ScriptedUpstream, startUpstream } from './upstream.ts'

/** A stand-in Logto, an upstream, and a gateway that asks about opaque tokens. */
export type OpaqueStage = {
  readonly logto: StandInLogto
  readonly gateway: TestGateway
  readonly upstream: ScriptedUpstream
  /** An opaque token of alice, whose role grants `read`. */
  opaque(scope?: string): Promise<string>
  /** A JWT of alice for the API. */
  jwt(): Promise<string>
  call(path: string, options?: Call): Promise<Answer>
  upstreamHeader(name: string): string | undefined
  /** Calls to each path of Logto so far. */
  readonly calls: Record<string, number>
  config(changes: OpaqueConfig): string
}

export type OpaqueConfig = {
  readonly tokens: string
  readonly api?: string
  readonly issuer?: string
  readonly routes?: string
}

const alice = { username: 'alice', password: 'alice-password' }
const allRoutes = '{ /me: authenticated, /todos: { GET: read, POST: write } }'

export async function createOpaqueStage(config: OpaqueConfig): Promise<OpaqueStage> {
  const logto = await startStandInLogto()
  onTestFinished(() => logto.close())
  const upstream = await startUpstream(always(ok))
  onTestFinished(() => upstream.stop())
  const yaml = ({ tokens, api = 'clients: [chatgpt]', issuer = '', routes = allRoutes }: OpaqueConfig) => `
issuer: { logto: "${logto.origin}", client: { id: gateway, secret: gateway-secret-of-the-demo }${issuer} }
tokens: { ${tokens} }
apis:
  todo: { resource: "${exampleResource}", upstream: "${upstream.url}", routes: ${routes}${api && `, ${api}`} }
`
  const gateway = await startGateway(yaml(config))
  onTestFinished(() => gateway.stop())
  return {
    logto,
    gateway,
    upstream,
    opaque: async (scope = 'openid profile email') => (await signIn(logto, { ...alice, scope })).access_token,
    jwt: async () => (await signIn(logto, { ...alice, scope: 'read' })).access_token,
    call: (path, options) => call(gateway.port, path, options),
    upstreamHeader: (name) => new RegExp(`^${name}: (.*)\\r$`, 'im').exec(upstream.received())?.[1],
    calls: logto.calls,
    config: yaml,
  }
}

export const introspection = '/oidc/token/introspection'
export const token = '/oidc/token'
