import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { onTestFinished } from 'vitest'
import { startGateway, type TestGateway } from './gateway.ts'
import { createTestIssuer, type TestIssuer } from './issuer.ts'
import { always, ok, type ScriptedUpstream, startUpstream } from './upstream.ts'

/** The API identifier that tokens of a stage are for. */
export const resource = 'https://api.test/'

export type Answer = {
  readonly status: number
  /** Lower-cased names, as Node joins them. */
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The body as a problem (RFC 9457). */
  readonly problem: { readonly code: string; readonly detail: string; readonly requestId: string }
}

export type Call = {
  readonly method?: string
  readonly token?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  /** The client goes away when it is aborted. */
  readonly signal?: AbortSignal
}

export type Stage = {
  readonly gateway: TestGateway
  readonly upstream: ScriptedUpstream
  readonly issuer: TestIssuer
  /** An access token for `resource` with scope `read`, or as the claims say. */
  token(claims?: Record<string, unknown>): Promise<string>
  /** One request on a connection of its own. */
  call(path: string, call?: Call): Promise<Answer>
  /** The value of this header that the upstream received, or undefined. */
  upstreamHeader(name: string): string | undefined
  /** Replaces ISSUER and UPSTREAM by the URLs of this stage. */
  config(yaml: string): string
}

/**
 * A real issuer, a scripted upstream and a gateway between; all of them stop when the test ends. In the
 * configuration, ISSUER and UPSTREAM stand for their URLs, ORIGIN for the issuer without its path.
 */
export async function createStage(
  yaml: string,
  script: Parameters<typeof startUpstream>[0] = always(ok),
): Promise<Stage> {
  const issuer = await createTestIssuer()
  onTestFinished(() => issuer.close())
  const upstream = await startUpstream(script)
  onTestFinished(() => upstream.stop())
  const config = (text: string) =>
    text
      .replaceAll('ISSUER', issuer.url)
      .replaceAll('ORIGIN', new URL(issuer.url).origin)
      .replaceAll('UPSTREAM', upstream.url)
  const gateway = await startGateway(config(yaml))
  onTestFinished(() => gateway.stop())
  return {
    gateway,
    upstream,
    issuer,
    config,
    token: (claims) => issuer.sign(issuer.claims(resource, claims)),
    call: (path, options) => call(gateway.port, path, options),
    upstreamHeader: (name) => new RegExp(`^${name}: (.*)\\r$`, 'im').exec(upstream.received())?.[1],
  }
}

/** The usual stage: routes for one API that tokens of the stage's issuer are for. */
export function guarding(routes: string, more = ''): string {
  return `
issuer: { url: ISSUER }
${more}
apis:
  todo:
    resource: ${resource}
    upstream: UPSTREAM
    routes:
${routes.replace(/^/gm, '      ')}
`
}

/** One request on a connection of its own, to a port on loopback. */
export function call(port: number, path: string, options: Call = {}): Promise<Answer> {
  const headers: Record<string, string> = { ...options.headers }
  if (options.token !== undefined) headers['Authorization'] = `Bearer ${options.token}`
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method: options.method ?? 'GET',
        headers,
        agent: false,
        ...(options.signal && { signal: options.signal }),
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk
        })
        response.on('error', reject).on('end', () => {
          const { statusCode: status = 0, headers: fields } = response
          resolve({ status, headers: fields, body, problem: body.startsWith('{') ? JSON.parse(body) : {} })
        })
      },
    )
    request.on('error', reject).end(options.body)
  })
}
