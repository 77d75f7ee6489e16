import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import type { IssuerResponse } from '../issuer/call-issuer.ts'
import { ManagementFault, pauseOf } from './management-fault.ts'

/**
 * One call to Logto. Waits as long as a 429 asks for, so many times. Any other answer is one, also a refusal;
 * rejects with a `ManagementFault` where none came. `call` names it, such as `GET /api/users`.
 */
export async function patiently(
  call: string,
  times: number,
  ask: () => Promise<IssuerResponse>,
): Promise<IssuerResponse> {
  for (let asked = 1; ; asked++) {
    const response = await ask().catch((error) => {
      throw ManagementFault.ofTransport(call, messageOf(error))
    })
    if (response.status !== 429 || asked > times) return response
    await wait(pauseOf(response.headers))
  }
}

/** The JSON of an answer. Throws a `ManagementFault` where it is none. */
export function jsonIn(call: string, { text, headers }: IssuerResponse): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const type = /^[\w/+.-]{1,60}/.exec(headers['content-type'] ?? '')?.[0] ?? 'no content type'
    throw ManagementFault.ofShape(call, `is no JSON (${type})`)
  }
}
