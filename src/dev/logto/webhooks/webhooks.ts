import type { Hook, LogtoData } from '../data.ts'
import type { Caller } from './caller.ts'
import { type Delivery, deliver } from './deliver.ts'
import type { HookEvent } from './hook-event.ts'
import { testEvent } from './test-event.ts'

/** One delivery, as `GET /hooks/:id/recent-logs` shows it. */
export type HookLog = {
  readonly hookId: string
  readonly event: string
  readonly createdAt: number
  readonly body: object
  readonly delivery: Delivery
}

export type Webhooks = {
  /** Sends each event to every webhook that asks for it. Does not wait for the answers. */
  fire(events: readonly HookEvent[], caller: Caller): void
  /** Sends events of a sign-in, whose members are others. */
  fireInteraction(event: HookEvent): void
  /** Sends a made-up event of each kind, and resolves to the first delivery that failed. */
  test(hook: Hook, events: readonly string[], config: Hook['config']): Promise<Delivery | undefined>
  /** The newest first. */
  logsOf(hookId: string): HookLog[]
  /** Resolves when no delivery is under way. */
  idle(): Promise<void>
}

/** Sends events exactly once, in the order of their changes for each receiver that answers at once. */
export function createWebhooks(data: LogtoData): Webhooks {
  const logs: HookLog[] = []
  const underWay = new Set<Promise<void>>()
  const send = (hook: Hook, event: string, payload: object) => {
    const body = { ...payload, hookId: hook.id }
    const sending = deliver(hook.config, hook.signingKey, body).then((delivery) => {
      logs.unshift({ hookId: hook.id, event, createdAt: Date.now(), body, delivery })
      underWay.delete(sending)
    })
    underWay.add(sending)
  }
  const sendToAll = (event: string, payload: object) => {
    for (const hook of data.hooks ?? [])
      if (hook.enabled && hook.events.includes(event)) send(hook, event, payload)
  }
  return {
    fire(events, { ip, userAgent }) {
      for (const { event, ...members } of events)
        sendToAll(event, { event, createdAt: now(), userAgent, ip, ...members })
    },
    fireInteraction: (event) => sendToAll(event.event, event),
    async test({ id, signingKey }, events, config) {
      const deliveries = await Promise.all(
        events.map((event) => deliver(config, signingKey, testEvent(id, event))),
      )
      return deliveries.find(hasFailed)
    },
    logsOf: (hookId) => logs.filter((log) => log.hookId === hookId),
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

const now = () => new Date().toISOString()

export function hasFailed({ status }: Delivery): boolean {
  return status === undefined || status < 200 || status >= 300
}
