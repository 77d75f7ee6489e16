import { isJsonObject } from '../../../issuer/json-object.ts'
import type { Hook } from '../data.ts'
import { hasFailed, type Webhooks } from '../webhooks/webhooks.ts'
import { hookLogView } from './hook-log-view.ts'
import { newId, type Objects } from './objects.ts'
import { badInput, notFound, pageOf, Refusal } from './reply.ts'
import type { Route } from './route.ts'

function hookView(hook: Hook) {
  return { tenantId: 'default', event: null, createdAt: 0, ...hook }
}

/** Webhooks. Their URL is not looked at, as in Logto. */
export function hookRoutes({ data }: Objects, webhooks: Webhooks): Route[] {
  data.hooks ??= []
  const hooks = data.hooks
  const find = (id: string | undefined): Hook => {
    const hook = hooks.find((candidate) => candidate.id === id)
    if (hook === undefined) throw notFound()
    return hook
  }
  const viewOf = (hook: Hook, query: URLSearchParams) => {
    if (query.get('includeExecutionStats') !== 'true') return hookView(hook)
    const logs = webhooks.logsOf(hook.id)
    const successCount = logs.filter(({ delivery }) => !hasFailed(delivery)).length
    return { ...hookView(hook), executionStats: { successCount, requestCount: logs.length } }
  }
  return [
    {
      method: 'GET',
      path: 'hooks',
      handle({ query }) {
        const views = hooks.map((hook) => viewOf(hook, query))
        return pageOf(views, query, true)
      },
    },
    {
      method: 'GET',
      path: 'hooks/:id',
      handle: ({ ids: [id], query }) => ({ status: 200, body: viewOf(find(id), query) }),
    },
    {
      method: 'GET',
      path: 'hooks/:id/recent-logs',
      handle: ({ ids: [id = ''], query }) => pageOf(webhooks.logsOf(id).map(hookLogView), query),
    },
    {
      method: 'POST',
      path: 'hooks',
      handle({ body: { name = '', events, config } }) {
        if (events === undefined)
          throw new Refusal(400, 'hook.missing_events', 'You need to select at least one event.')
        const hook: Hook = {
          id: newId(),
          name: String(name),
          events: eventsOf(events),
          config: configOf(config),
          enabled: true,
          signingKey: newId() + newId(),
        }
        hooks.push(hook)
        return { status: 201, body: hookView(hook) }
      },
    },
    {
      method: 'PATCH',
      path: 'hooks/:id',
      handle({ ids: [id], body: { name, events, config, enabled } }) {
        const hook = find(id)
        if (name !== undefined) hook.name = String(name)
        if (events !== undefined) hook.events = eventsOf(events)
        if (config !== undefined) hook.config = configOf(config)
        if (typeof enabled === 'boolean') hook.enabled = enabled
        return { status: 200, body: hookView(hook) }
      },
    },
    {
      method: 'PATCH',
      path: 'hooks/:id/signing-key',
      handle({ ids: [id] }) {
        const hook = find(id)
        hook.signingKey = newId() + newId()
        return { status: 200, body: hookView(hook) }
      },
    },
    {
      method: 'DELETE',
      path: 'hooks/:id',
      handle({ ids: [id] }) {
        hooks.splice(hooks.indexOf(find(id)), 1)
        return { status: 204 }
      },
    },
    testRoute(find, webhooks),
  ]
}

function testRoute(find: (id: string | undefined) => Hook, webhooks: Webhooks): Route {
  return {
    method: 'POST',
    path: 'hooks/:id/test',
    async handle({ ids: [id], body: { events, config } }) {
      const failed = await webhooks.test(find(id), eventsOf(events), configOf(config))
      if (failed === undefined) return { status: 204 }
      const { status: responseStatus, body: responseBody, error = '' } = failed
      if (responseStatus === undefined) throw new Refusal(422, 'hook.send_test_payload_failed', error)
      const message = 'Endpoint responded with error.'
      throw new Refusal(422, 'hook.endpoint_responded_with_error', message, { responseStatus, responseBody })
    },
  }
}

function configOf(config: unknown): Hook['config'] {
  const { url, headers, retries } = isJsonObject(config) ? config : {}
  if (typeof url !== 'string') throw badInput('Error in request body: config.')
  if (typeof retries === 'number' && retries > 3) throw badInput('Error in request body: config.retries.')
  if (!isJsonObject(headers)) return { url }
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)])
  return { url, headers: Object.fromEntries(texts) }
}

function eventsOf(events: unknown): string[] {
  const isList =
    Array.isArray(events) && events.length > 0 && events.every((event) => typeof event === 'string')
  if (!isList) throw badInput('Error in request body: events.')
  return events
}
