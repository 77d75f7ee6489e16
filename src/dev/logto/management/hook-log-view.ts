import { type HookLog, hasFailed } from '../webhooks/webhooks.ts'

/** One delivery as the Management API shows it. */
export function hookLogView({ hookId, event, createdAt, body, delivery }: HookLog) {
  const key = `TriggerHook.${event}`
  const { status, body: text, error } = delivery
  const payload = {
    key,
    result: hasFailed(delivery) ? 'Error' : 'Success',
    hookId,
    hookRequest: { body },
    ...(status !== undefined && { response: { statusCode: status, body: text } }),
    ...(error !== undefined && { error }),
  }
  return { key, createdAt, payload }
}
