import type { IncomingMessage, ServerResponse } from 'node:http'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { isJsonObject } from '../../../issuer/json-object.ts'
import { type LogtoData, managementResource } from '../data.ts'
import type { KeyRing } from '../oidc/key-ring.ts'
import { readBody } from '../read-body.ts'
import { applicationRoutes } from './application-routes.ts'
import { hookRoutes } from './hook-routes.ts'
import { createObjects } from './objects.ts'
import { badInput, Refusal, type Reply } from './reply.ts'
import { resourceRoutes } from './resource-routes.ts'
import { roleRoutes } from './role-routes.ts'
import type { Route } from './route.ts'
import { userRoutes } from './user-routes.ts'

/** One call that arrived, in the order of arrival. */
export type ManagementCall = { readonly method: string; readonly path: string; readonly body: unknown }

/** Any answer; `text` stands for a body that may be no JSON. */
export type StandInReply = Reply & {
  readonly headers?: Readonly<Record<string, string>>
  readonly text?: string
}

/** The mishap that befalls one call instead of the proper answer. */
export type CallFault = {
  /** Default: the call has no effect. */
  readonly isDone?: boolean
  /** Default: the connection is cut without an answer. */
  readonly reply?: StandInReply
  /** Members of the body that are ignored, with 200. */
  readonly ignored?: readonly string[]
}

export type ManagementApi = {
  /** Every call so far. */
  readonly calls: ManagementCall[]
  /** Decides over each call; undefined lets it be. */
  fault: ((call: ManagementCall, index: number) => CallFault | undefined) | undefined
  respond(req: IncomingMessage, res: ServerResponse): Promise<void>
}

/** The subset of Logto's Management API that provisioning needs, with its status codes and bodies. */
export function createManagementApi(data: LogtoData, keyRing: KeyRing, issuer: string): ManagementApi {
  const objects = createObjects(data)
  const routes = [resourceRoutes, roleRoutes, applicationRoutes, userRoutes, hookRoutes].flatMap((of) =>
    of(objects),
  )
  const admitted = new Set<string>()
  const api: ManagementApi = {
    calls: [],
    fault: undefined,
    async respond(req, res) {
      const { pathname, searchParams } = new URL(req.url ?? '/', 'http://logto')
      const path = pathname.slice('/api/'.length)
      const method = req.method ?? 'GET'
      try {
        await admit(req.headers.authorization, { keyRing, issuer, admitted })
        const body = await bodyOf(req)
        const call = { method, path, body }
        api.calls.push(call)
        const fault = api.fault?.(call, api.calls.length - 1)
        const perform = (taken: unknown) => handle(routes, { method, path, query: searchParams, body: taken })
        if (fault === undefined) send(res, perform(body))
        else meet(fault, body, perform, res)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        send(res, error.reply)
      }
    },
  }
  return api
}

function meet(
  fault: CallFault,
  body: unknown,
  perform: (taken: unknown) => Reply,
  res: ServerResponse,
): void {
  if (fault.ignored !== undefined) return send(res, perform(without(body, fault.ignored)))
  if (fault.isDone === true) perform(body)
  if (fault.reply === undefined) res.destroy()
  else send(res, fault.reply)
}

type Admission = { readonly keyRing: KeyRing; readonly issuer: string; readonly admitted: Set<string> }

async function admit(
  authorization: string | undefined,
  { keyRing, issuer, admitted }: Admission,
): Promise<void> {
  if (authorization === undefined)
    throw new Refusal(401, 'auth.authorization_header_missing', 'Authorization header is missing.')
  const token = /^Bearer (.+)$/.exec(authorization)?.[1] ?? ''
  if (admitted.has(token)) return
  const keys = createLocalJWKSet({ keys: keyRing.keys.map(({ d: _, ...key }) => key) })
  const verified = await jwtVerify(token, keys, { issuer, audience: managementResource }).catch((error) => {
    // As Logto does, with the claims of the token, which nobody should log.
    throw new Refusal(401, 'auth.unauthorized', 'Unauthorized. Please check credentials and its scope.', {
      ...('payload' in error ? { claims: error.payload } : {}),
    })
  })
  if (verified.payload['scope'] !== 'all')
    throw new Refusal(403, 'auth.forbidden', 'Forbidden. Please check your user roles and permissions.')
  admitted.add(token)
}

async function bodyOf(req: IncomingMessage): Promise<unknown> {
  const text = (await readBody(req)).toString()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw badInput('Error in request body: it is no JSON.')
  }
}

function without(body: unknown, names: readonly string[]): unknown {
  if (!isJsonObject(body)) return body
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)))
}

type Call = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
}

function handle(routes: readonly Route[], { method, path, query, body }: Call): Reply {
  for (const route of routes) {
    const ids = route.method === method ? match(route.path, path) : undefined
    if (ids !== undefined) return route.handle({ ids, query, body: isJsonObject(body) ? body : {} })
  }
  throw new Refusal(404, 'entity.not_found', 'The resource does not exist.')
}

/** The parts of a path that stand for `:`; undefined when it is another path. */
function match(pattern: string, path: string): string[] | undefined {
  const parts = path.split('/')
  const names = pattern.split('/')
  const isMatch = names.length === parts.length && names.every((name, i) => name === ':' || name === parts[i])
  return isMatch ? parts.filter((_, i) => names[i] === ':') : undefined
}

function send(res: ServerResponse, { status, body, total, headers, text }: StandInReply): void {
  if (total !== undefined) res.setHeader('total-number', total)
  for (const [name, value] of Object.entries(headers ?? {})) res.setHeader(name, value)
  if (text !== undefined) res.writeHead(status).end(text)
  else if (body === undefined) res.writeHead(status).end()
  else res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}
