import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Provider } from 'oidc-provider'
import type { LogtoData } from './data.ts'
import { type Fault, type Faults, fail, forceContentType, sendText } from './faults.ts'
import type { ManagementApi } from './management/management-api.ts'
import { readBody, takeBody } from './read-body.ts'
import type { ExperienceApi } from './sign-in/experience-api.ts'
import { signInPage } from './sign-in/sign-in-page.ts'
import type { Webhooks } from './webhooks/webhooks.ts'

export type Exchange = {
  readonly provider: Provider
  readonly data: LogtoData
  readonly faults: Faults
  readonly faultsAt: Readonly<Record<string, Fault>>
  readonly management: ManagementApi
  readonly experience: ExperienceApi
  readonly webhooks: Webhooks
  readonly req: IncomingMessage & { originalUrl?: string }
  readonly res: ServerResponse
}

/** The whole of Logto's own server: the management API, the sign-in, the provider, and the rest. */
export async function respond(exchange: Exchange): Promise<void> {
  const { provider, management, experience, req, res } = exchange
  const url = req.url ?? '/'
  const [path = '/'] = url.split('?')
  setCommonHeaders(res)
  const fault = faultOf(exchange, url, path)
  if (fault.delayMs !== undefined) await wait(fault.delayMs)
  if (fail(fault, path, res)) return
  if (fault.wrongType !== undefined) forceContentType(res, fault.wrongType)
  if (/^\/api\/(?:experience|interaction)(?:\/|$)/.test(path)) return experience.respond(provider, req, res)
  if (path.startsWith('/api/')) return management.respond(req, res)
  if (path === '/consent' || path.startsWith('/sign-in/')) return signInPage(exchange, req, res)
  if (path === '/oidc' || path.startsWith('/oidc/')) return respondAsProvider(exchange, path)
  respondElsewhere(path, res)
}

function faultOf({ faults, faultsAt }: Exchange, url: string, path: string): Fault {
  const isMeant = faults.path === undefined || faults.path === url || faults.path === path
  return { ...(isMeant ? faults : {}), ...faultsAt[path] }
}

/** Headers of every response. They are about pages, and a proxy in front of one endpoint should drop them. */
function setCommonHeaders(res: ServerResponse): void {
  res.setHeader('logto-core-request-id', randomBytes(8).toString('hex'))
  res.setHeader('strict-transport-security', 'max-age=15552000; includeSubDomains')
  res.setHeader('cross-origin-resource-policy', 'same-origin')
  res.setHeader('x-frame-options', 'SAMEORIGIN')
  res.setHeader('x-content-type-options', 'nosniff')
  res.setHeader('referrer-policy', 'strict-origin-when-cross-origin')
}

async function respondAsProvider({ provider, req, res }: Exchange, path: string): Promise<void> {
  if (path === '/oidc/auth') await splitResources(req)
  if (path.startsWith('/oidc/token') && !(await takeBody(req))) return sendText(res, 404, 'Not Found')
  // The provider compares these two to find the path under which it is mounted.
  req.originalUrl = req.url ?? '/'
  req.url = req.originalUrl.slice('/oidc'.length) || '/'
  await provider.callback()(req, res)
}

/** Several resources may be one parameter, split by commas. A form is as good as a query here. */
async function splitResources(req: IncomingMessage): Promise<void> {
  const { pathname, searchParams } = new URL(req.url ?? '/', 'http://logto')
  const form = req.method === 'POST' ? new URLSearchParams((await readBody(req)).toString()) : searchParams
  const resources = form.getAll('resource').flatMap((resource) => resource.split(','))
  form.delete('resource')
  for (const resource of resources) form.append('resource', resource)
  if (req.method === 'POST') dropBody(req)
  req.url = `${pathname}?${form}`
}

/** The provider would want cookies of another kind for POST, which browsers refuse without TLS. */
function dropBody(req: IncomingMessage): void {
  req.method = 'GET'
  delete req.headers['content-type']
  delete req.headers['content-length']
}

function respondElsewhere(path: string, res: ServerResponse): void {
  if (path.startsWith('/.well-known/')) return sendText(res, 404, 'Not Found')
  if (path === '/') return void res.writeHead(302, { location: '/sign-in' }).end()
  sendText(res, 200, '<!doctype html><title>Sign in</title><div id="app"></div>', 'text/html')
}
