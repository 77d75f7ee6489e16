import type { IncomingMessage, ServerResponse } from 'node:http'
import { isJsonObject } from '../../../issuer/json-object.ts'
import type { LogtoData } from '../data.ts'
import { readBody } from '../read-body.ts'
import { callerOf } from '../webhooks/caller.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { createAdmission } from './admission.ts'
import { applicationRoutes } from './application-routes.ts'
import { configRoutes } from './config-routes.ts'
import { consentRoutes } from './consent-routes.ts'
import { dispatch, type Outcome } from './dispatch.ts'
import { hookRoutes } from './hook-routes.ts'
import { type Keys, keyRoutes } from './key-routes.ts'
import { linkOf } from './link.ts'
import { machineRoleRoutes } from './machine-role-routes.ts'
import { memberRoleRoutes } from './member-role-routes.ts'
import { createObjects } from './objects.ts'
import { organizationRoleRoutes } from './organization-role-routes.ts'
import { organizationRoutes } from './organization-routes.ts'
import { personalTokenRoutes } from './personal-token-routes.ts'
import { badInput, Refusal, type Reply } from './reply.ts'
import { resourceRoutes } from './resource-routes.ts'
import { roleRoutes } from './role-routes.ts'
import { secretRoutes } from './secret-routes.ts'
import { subjectTokenRoutes } from './subject-token-routes.ts'
import { userRoleRoutes } from './user-role-routes.ts'
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
  /** Every call over HTTP so far. */
  readonly calls: ManagementCall[]
  /** Decides over each call over HTTP; undefined lets it be. */
  fault: ((call: ManagementCall, index: number) => CallFault | undefined) | undefined
  /**
   * The same without a token, for tests. The path is below `/api/`, with its query. Webhooks hear of it too.
   */
  call(method: string, path: string, body?: unknown): Promise<Reply>
  respond(req: IncomingMessage, res: ServerResponse): Promise<void>
}

export type ManagementOptions = {
  readonly data: LogtoData
  readonly keys: Keys
  readonly issuer: string
  readonly webhooks: Webhooks
}

const plainRoutes = [
  resourceRoutes,
  roleRoutes,
  applicationRoutes,
  secretRoutes,
  machineRoleRoutes,
  consentRoutes,
  userRoutes,
  userRoleRoutes,
  personalTokenRoutes,
  subjectTokenRoutes,
  configRoutes,
  organizationRoutes,
  organizationRoleRoutes,
  memberRoleRoutes,
]

/** The subset of Logto's Management API that the gateway needs, with its status codes and bodies. */
export function createManagementApi({ data, keys, issuer, webhooks }: ManagementOptions): ManagementApi {
  const objects = createObjects(data)
  const routes = [
    ...plainRoutes.flatMap((of) => of(objects)),
    ...hookRoutes(objects, webhooks),
    ...keyRoutes(keys),
  ]
  const admit = createAdmission(keys.ring, issuer)
  const perform = (method: string, target: string, body: unknown): Promise<Outcome> => {
    const { pathname, searchParams } = new URL(target, 'http://logto')
    return dispatch(routes, { method, path: pathname.slice('/api/'.length), query: searchParams, body })
  }
  const api: ManagementApi = {
    calls: [],
    fault: undefined,
    async call(method, path, body) {
      try {
        const { reply, events } = await perform(method, `/api/${path}`, body)
        webhooks.fire(events, { ip: '127.0.0.1', userAgent: 'node' })
        return reply
      } catch (error) {
        if (error instanceof Refusal) return error.reply
        throw error
      }
    },
    async respond(req, res) {
      const { url: target = '/', method = 'GET' } = req
      try {
        await admit(req.headers.authorization)
        const body = await bodyOf(req)
        const [path = ''] = target.slice('/api/'.length).split('?')
        const call = { method, path, body }
        api.calls.push(call)
        const fault = api.fault?.(call, api.calls.length - 1)
        const run = (taken: unknown) => perform(method, target, taken)
        const events =
          fault === undefined ? await meetNothing(body, run, res) : await meet(fault, body, run, res)
        webhooks.fire(events, callerOf(req))
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        send(res, error.reply)
      }
    },
  }
  return api
}

type Run = (body: unknown) => Promise<Outcome>

async function meetNothing(body: unknown, run: Run, res: ServerResponse): Promise<Outcome['events']> {
  const { reply, events } = await run(body)
  if (reply.total !== undefined) res.setHeader('link', linkOf(res.req, reply.total))
  send(res, reply)
  return events
}

async function meet(
  fault: CallFault,
  body: unknown,
  run: Run,
  res: ServerResponse,
): Promise<Outcome['events']> {
  if (fault.ignored !== undefined) return meetNothing(without(body, fault.ignored), run, res)
  const events = fault.isDone === true ? (await run(body)).events : []
  if (fault.reply === undefined) res.destroy()
  else send(res, fault.reply)
  return events
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

function send(res: ServerResponse, { status, body, total, headers, text }: StandInReply): void {
  if (total !== undefined) res.setHeader('total-number', total)
  for (const [name, value] of Object.entries(headers ?? {})) res.setHeader(name, value)
  if (text !== undefined) res.writeHead(status).end(text)
  else if (body === undefined) res.writeHead(status).end()
  else res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}
