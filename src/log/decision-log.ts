import { codes } from '../errors.ts'
import { memo } from '../memo.ts'
import type { Logger, LogOptions } from './logger.ts'
import type { RequestRecord } from './request-record.ts'

/** Writes what one request leaves in the log, once, when it is over. */
export type DecisionLog = (record: RequestRecord) => void

/**
 * Writes one line a request. The line is put together by hand: through the logger's object call it costs
 * three times as much (8.4 µs against 2.8 µs measured).
 */
export function createDecisionLog(
  log: Logger,
  options: Pick<LogOptions, 'decisions' | 'level'>,
): DecisionLog {
  if (options.decisions === 'off' || options.level === 'silent') return () => {}
  const all = options.decisions === 'all'
  return (record) => {
    if (all || isRefusedOrFailed(record)) log.write(line(record))
  }
}

/** A code says what went wrong, also with a request that was allowed, and after its response had begun. */
function isRefusedOrFailed({ outcome, code, status = 0 }: RequestRecord): boolean {
  return outcome === 'refuse' || code !== undefined || status >= 500
}

/** Of what happened in the end: a response that broke off is no success, whatever its status says. */
function levelOf({ code, status = 0 }: RequestRecord): 'info' | 'warn' | 'error' {
  if (status >= 500) return 'error'
  if (code === undefined) return 'info'
  if (codes[code].status >= 500) return 'error'
  return status < 400 ? 'warn' : 'info'
}

function line(record: RequestRecord): string {
  return (
    `{"level":"${levelOf(record)}","time":"${now()}` +
    // Neither can hold what JSON escapes: one is ours or `[A-Za-z0-9._-]`, the other passed Node's parser.
    `","msg":"request","requestId":"${record.requestId}"${api(record.api)}${route(record.route)},"method":"${record.method}"` +
    `${record.path === undefined ? '' : `,"path":${JSON.stringify(record.path)}`},"status":${record.status}` +
    (record.outcome === 'allow' ? ',"outcome":"allow"' : ',"outcome":"refuse"') +
    code(record.code) +
    detail(record.detail) +
    (record.sub === undefined ? '' : `,"sub":${JSON.stringify(record.sub)}`) +
    clientId(record.clientId) +
    scopesHeld(record.scopesHeld) +
    scopesNeeded(record.scopesNeeded) +
    tokenKind(record.tokenKind) +
    cache(record.cache) +
    (record.authMs === undefined ? '' : `,"authMs":${thousandths(record.authMs)}`) +
    (record.upstreamMs === undefined ? '' : `,"upstreamMs":${thousandths(record.upstreamMs)}`) +
    `,"bytesIn":${record.bytesIn},"bytesOut":${record.bytesOut}${remote(record.remote)}}\n`
  )
}

/** A field whose values many lines share: each is printed once, name and all (2.7 → 1.1 µs a line). */
function shared(name: keyof RequestRecord): (value: string | undefined) => string {
  const printed = memo((value) => `,"${name}":${JSON.stringify(value)}`)
  return (value) => (value === undefined ? '' : printed(value))
}

const api = shared('api')
const route = shared('route')
const code = shared('code')
const detail = shared('detail')
const clientId = shared('clientId')
const scopesHeld = shared('scopesHeld')
const scopesNeeded = shared('scopesNeeded')
const tokenKind = shared('tokenKind')
const cache = shared('cache')
const remote = shared('remote')

/** Never negative. Whole numbers are much cheaper to print than fractions. */
function thousandths(value: number): string {
  const all = Math.round(value * 1000)
  const whole = Math.floor(all / 1000)
  return `${whole}.${threeDigits[all - whole * 1000]}`
}

const threeDigits: readonly string[] = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'))

let printedSecond = Number.NaN
let printed = ''

/** A Date is asked once a second. */
function now(): string {
  const ms = Date.now()
  const second = Math.floor(ms / 1000)
  if (second !== printedSecond) {
    printedSecond = second
    printed = new Date(ms).toISOString().slice(0, -'000Z'.length)
  }
  return `${printed}${threeDigits[ms - second * 1000]}Z`
}
