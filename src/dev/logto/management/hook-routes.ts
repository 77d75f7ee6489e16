import { isJsonObject } from '../../../issuer/json-object.ts'
import type { Hook } from '../data.ts'
import { newId } from './objects.ts'
import { badInput, notFound, pageOf } from './reply.ts'
import type { Routes } from './route.ts'

function hookView(hook: Hook) {
  return { tenantId: 'default', event: null, createdAt: 0, ...hook }
}

/** Webhooks. Their URL is not looked at, as in Logto. */
export const hookRoutes: Routes = ({ data }) => {
  data.hooks ??= []
  const hooks = data.hooks
  const find = (id: string | undefined): Hook => {
    const hook = hooks.find((candidate) => candidate.id === id)
    if (hook === undefined) throw notFound()
    return hook
  }
  return [
    { method: 'GET', path: 'hooks', handle: ({ query }) => pageOf(hooks.map(hookView), query, true) },
    {
      method: 'POST',
      path: 'hooks',
      handle({ body: { name = '', events, config } }) {
        if (!isEvents(events)) throw badInput('Error in request body: events.')
        if (!isJsonObject(config) || typeof config['url'] !== 'string')
          throw badInput('Error in request body: config.')
        const hook: Hook = {
          id: newId(),
          name: String(name),
          events,
          config: { url: config['url'] },
          enabled: true,
          signingKey: newId(),
        }
        hooks.push(hook)
        return { status: 201, body: hookView(hook) }
      },
    },
    {
      method: 'PATCH',
      path: 'hooks/:',
      handle({ ids: [id], body: { events, enabled } }) {
        const hook = find(id)
        if (events !== undefined && !isEvents(events)) throw badInput('Error in request body: events.')
        if (isEvents(events)) hook.events = events
        if (typeof enabled === 'boolean') hook.enabled = enabled
        return { status: 200, body: hookView(hook) }
      },
    },
    {
      method: 'DELETE',
      path: 'hooks/:',
      handle({ ids: [id] }) {
        hooks.splice(hooks.indexOf(find(id)), 1)
        return { status: 204 }
      },
    },
  ]
}

function isEvents(events: unknown): events is string[] {
  return Array.isArray(events) && events.length > 0 && events.every((event) => typeof event === 'string')
}
