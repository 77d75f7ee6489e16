import type { LogtoConfig } from '../config/logto-config.ts'
import type { Change } from './change.ts'
import type { Plan } from './plan-part.ts'
import type { Tenant } from './tenant.ts'

/** The webhook, which is known by its URL. */
export function planWebhook({ hooks }: Tenant, { wanted }: LogtoConfig): Plan {
  const { webhook } = wanted
  if (webhook === undefined) return { changes: [], faults: [] }
  const { url, events } = webhook
  const [found, ...more] = hooks.filter(({ config }) => config.url === url)
  if (more.length > 0 && found !== undefined)
    return {
      changes: [],
      faults: [
        `several webhooks send to ${url}: ${[found, ...more].map(({ id }) => id).join(', ')}: keep one`,
      ],
    }
  const change = found === undefined ? creation(url, events) : update(found, events)
  return { changes: change === undefined ? [] : [change], faults: [] }
}

function creation(url: string, events: readonly string[]): Change {
  return {
    sign: '+',
    text: `webhook to ${url} with ${events.length} events`,
    method: 'POST',
    path: ['hooks'],
    body: { name: 'Scopegate', events, config: { url } },
    expects: { events, config: { url } },
  }
}

function update(found: Tenant['hooks'][number], events: readonly string[]): Change | undefined {
  const missing = events.filter((event) => !found.events?.includes(event))
  if (missing.length === 0 && found.enabled) return undefined
  const all = [...(found.events ?? []), ...missing]
  const set = { ...(missing.length > 0 && { events: all }), ...(!found.enabled && { enabled: true }) }
  const texts = [...missing.map((event) => `${event} added`), ...(found.enabled ? [] : ['switched on'])]
  return {
    sign: '~',
    text: `webhook to ${found.config.url}: ${texts.join(', ')}`,
    method: 'PATCH',
    path: ['hooks', found.id],
    body: set,
    expects: set,
  }
}
