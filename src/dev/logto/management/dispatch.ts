import { isJsonObject } from '../../../issuer/json-object.ts'
import { eventOf, type HookEvent } from '../webhooks/hook-event.ts'
import { notThere, type Reply } from './reply.ts'
import type { Route } from './route.ts'

export type Call = {
  readonly method: string
  /** Below `/api/`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
}

/** A reply, and the events that webhooks are to hear of. */
export type Outcome = { readonly reply: Reply; readonly events: readonly HookEvent[] }

/** Throws `Refusal`. */
export async function dispatch(
  routes: readonly Route[],
  { method, path, query, body }: Call,
): Promise<Outcome> {
  for (const route of routes) {
    const params = route.method === method ? match(route.path, path) : undefined
    if (params === undefined) continue
    const ids = Object.values(params)
    const reply = await route.handle({ ids, query, body: isJsonObject(body) ? body : {} })
    return { reply, events: eventsOf(route, path, params, reply) }
  }
  throw notThere()
}

/** The parameters of a path; undefined when it is another path. */
function match(pattern: string, path: string): Record<string, string> | undefined {
  const parts = path.split('/')
  const names = pattern.split('/')
  const isMatch =
    names.length === parts.length && names.every((name, i) => name.startsWith(':') || name === parts[i])
  if (!isMatch) return undefined
  return Object.fromEntries(
    names.flatMap((name, i) => (name.startsWith(':') ? [[name.slice(1), parts[i] ?? '']] : [])),
  )
}

function eventsOf(
  { method, path: pattern }: Route,
  path: string,
  params: Readonly<Record<string, string>>,
  { status, body, events = [] }: Reply,
): HookEvent[] {
  const matchedRoute = `/${pattern}`
  const call = { path: `/${path}`, method, status, params: paramsOf(path, params), matchedRoute }
  const event = eventOf(method, matchedRoute)
  const registered = event === undefined ? [] : [{ event, ...call, data: body }]
  return [...registered, ...events.map((one) => ({ event: one.event, ...call, ...one.members }))]
}

/** A middleware in front of Logto's roles leaves its own match behind: `"0"` is the rest of the path. */
function paramsOf(path: string, params: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const rest = /^roles(\/.+)$/.exec(path)?.[1]
  return rest === undefined ? params : { '0': rest, ...params }
}
