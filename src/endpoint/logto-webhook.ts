import type { WebhookConfig } from '../config/config.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log/logger.ts'
import { parseStrictJson } from '../token/jwt/strict-json.ts'
import type { Withdrawal } from '../token/withdrawal.ts'
import { type EventContext, knownName, type LogtoEvent, withdrawalsOf } from './logto-event.ts'
import { findSignature, isSignedBy } from './logto-signature.ts'
import type { EndpointRequest, EndpointResponse, OwnEndpoint } from './own-endpoint.ts'

export type LogtoWebhookOptions = EventContext & {
  readonly webhook: WebhookConfig
  /** Cuts off in every process. Resolves once that is kept, and rejects when it cannot be. */
  readonly revoke: (withdrawals: readonly Withdrawal[]) => Promise<unknown>
  readonly log: Logger
}

/**
 * Most bytes of an event, and the time in milliseconds in which it must be here: Logto sends it at once, and
 * gives up after ten seconds.
 */
const bodyLimits = { bytes: 64 * 1024, withinMs: 5000 }
/**
 * Most objects and arrays within each other. An event holds data that the user may have written: it must not
 * be unreadable because of that.
 */
const depthLimit = 5000

/** Takes the events of Logto that end somebody's access. Everything that Logto did not sign is 401. */
export function createLogtoWebhook(options: LogtoWebhookOptions): OwnEndpoint {
  const { webhook, log } = options
  const warn = createRefusalWarning(log)
  return {
    path: webhook.path,
    methods: ['POST'],
    hosts: [],
    onEveryHost: true,
    requires: 'a signature of Logto',
    async respond(request) {
      const event = await receiveEvent(request, webhook.signingKey)
      if (event === undefined) return undefined
      if ('refused' in event) {
        warn()
        return { outcome: 'refuse', code: 'signature_invalid', detail: event.refused, silent: true }
      }
      return takeEvent(event.received, options)
    },
  }
}

type Received = { readonly received: LogtoEvent } | { readonly refused: string }

/** An event that Logto signed, or the reason why it is refused. Undefined when the sender has left. */
async function receiveEvent(
  { head, body: read }: EndpointRequest,
  signingKey: string,
): Promise<Received | undefined> {
  const signature = findSignature(head.headers)
  if (signature === undefined) return { refused: 'The request has no signature of Logto, or several' }
  if ((head.contentLength ?? 0) > bodyLimits.bytes) return tooLarge
  const body = await read(bodyLimits)
  if (body === 'client left') return undefined
  if (body === 'too large') return tooLarge
  if (body === 'too slow') return { refused: `The body took longer than ${bodyLimits.withinMs} ms` }
  if (!isSignedBy(signingKey, body, signature))
    return { refused: 'The signature is of another body, or was made with another signing key' }
  const received = parseStrictJson(body, depthLimit)
  return received === undefined ? { refused: 'The body is not one JSON object' } : { received }
}

const tooLarge = { refused: 'The body is larger than 64 KiB' }

async function takeEvent(event: LogtoEvent, options: LogtoWebhookOptions): Promise<EndpointResponse> {
  const { revoke, log } = options
  const withdrawals = withdrawalsOf(event, options)
  const fields = logFields(event, withdrawals)
  try {
    if (withdrawals.length > 0) await revoke(withdrawals)
  } catch (error) {
    log.error(
      { ...fields, problem: messageOf(error) },
      'an event of Logto cuts tokens off, but this could not be kept and a restart would forget it: ' +
        'make room where revocation.file is',
    )
    return { outcome: 'refuse', code: 'revocation_not_kept', detail: notKept }
  }
  log.info(fields, 'Logto told of an event')
  return { outcome: 'respond', status: 204, headers: [], body: '' }
}

const notKept = 'Access has ended, but a restart of the gateway would forget it: its log says why'

/** Nothing that the sender could choose freely: other names of events are not known here. */
function logFields(event: LogtoEvent, withdrawals: readonly Withdrawal[]): Record<string, unknown> {
  const [first] = withdrawals
  const fields = { event: knownName(event) ?? 'another', cutsOff: first?.kind ?? 'nobody' }
  if (first === undefined) return fields
  const { length: count } = withdrawals
  return { ...fields, count, ...(first.kind === 'sub' && count === 1 && { sub: first.id }) }
}

/** The shortest time, in milliseconds, between two warnings about refused deliveries. */
const warnEveryMs = 60_000

function createRefusalWarning(log: Logger): () => void {
  let warnedMs = Number.NEGATIVE_INFINITY
  let refused = 0
  return () => {
    refused += 1
    if (performance.now() - warnedMs < warnEveryMs) return
    warnedMs = performance.now()
    log.warn(
      { refused },
      'a delivery to revocation.webhook was refused: if Logto sent it, nobody was cut off: ' +
        'compare revocation.webhook.signingKey with the signing key that the console of Logto shows',
    )
    refused = 0
  }
}
