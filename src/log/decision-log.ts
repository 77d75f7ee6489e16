import { codes } from '../errors.ts'
import { memo } from '../memo.ts'
import type { Logger, LogOptions } from './logger.ts'
import { createPseudonyms, type PseudonymOptions, type Pseudonyms } from './pseudonyms.ts'
import type { RequestRecord } from './request-record.ts'

/** Writes the line of one request, once, when it is over. */
export type DecisionLog = (record: RequestRecord) => void

/**
 * Writes one line for each request. The line is put together by hand, since it costs three times as much
 * through the logger (8.4 µs against 2.8 µs measured).
 */
export function createDecisionLog(
  log: Logger,
  options: Pick<LogOptions, 'decisions' | 'level'> & PseudonymOptions,
): DecisionLog {
  if (options.decisions === 'off' || options.level === 'silent') return () => {}
  const all = options.decisions === 'all'
  const hidden = createPseudonyms(options)
  return (record) => {
    if (all || isRefusedOrFailed(record))
      log.write(line(hidden === undefined ? record : withPseudonyms(record, hidden)))
  }
}

function withPseudonyms(record: RequestRecord, hidden: Pseudonyms): RequestRecord {
  const { sub, conversation, gpt, remote } = record
  return {
    ...record,
    sub: sub && hidden(sub),
    conversation: conversation && hidden(conversation),
    gpt: gpt && hidden(gpt),
    remote: remote && hidden(remote),
  }
}

/**
 * True where there is a code. A request that was allowed has one too when something went wrong with it later.
 */
function isRefusedOrFailed({ outcome, code, status = 0 }: RequestRecord): boolean {
  return outcome === 'refuse' || code !== undefined || status >= 500
}

/**
 * The level follows what happened in the end: a response that broke off is no success, whatever its status
 * says.
 */
function levelOf({ code, status = 0 }: RequestRecord): 'info' | 'warn' | 'error' {
  if (status >= 500) return 'error'
  if (code === undefined) return 'info'
  if (codes[code].status >= 500) return 'error'
  return status < 400 ? 'warn' : 'info'
}

function line(record: RequestRecord): string {
  return (
    `{"level":"${levelOf(record)}","time":"${now()}` +
    // JSON escapes nothing in either: the id is ours or `[A-Za-z0-9._-]`, and the method passed Node's
    // parser.
    `","msg":"request","requestId":"${record.requestId}"${api(record.api)}${route(record.route)}` +
    `,"method":"${record.method}"` +
    `${record.path === undefined ? '' : `,"path":${JSON.stringify(record.path)}`},"status":${record.status}` +
    (record.outcome === 'allow' ? ',"outcome":"allow"' : ',"outcome":"refuse"') +
    code(record.code) +
    detail(record.detail) +
    (record.sub === undefined ? '' : `,"sub":${JSON.stringify(record.sub)}`) +
    clientId(record.clientId) +
    (record.client === undefined ? '' : `,"client":"${record.client}"`) +
    (record.conversation === undefined ? '' : `,"conversation":${JSON.stringify(record.conversation)}`) +
    (record.gpt === undefined ? '' : `,"gpt":${JSON.stringify(record.gpt)}`) +
    scopesHeld(record.scopesHeld) +
    scopesNeeded(record.scopesNeeded) +
    tokenKind(record.tokenKind) +
    cache(record.cache) +
    (record.authMs === undefined ? '' : `,"authMs":${thousandths(record.authMs)}`) +
    (record.upstreamMs === undefined ? '' : `,"upstreamMs":${thousandths(record.upstreamMs)}`) +
    `,"bytesIn":${record.bytesIn},"bytesOut":${record.bytesOut}${remote(record.remote)}}\n`
  )
}

/**
 * Prints a field whose values many lines share. Each is printed once, with its name (2.7 → 1.1 µs a line).
 */
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

/** Prints a number that is never negative. Whole numbers are much cheaper to print than fractions. */
function thousandths(value: number): string {
  const all = Math.round(value * 1000)
  const whole = Math.floor(all / 1000)
  return `${whole}.${threeDigits[all - whole * 1000]}`
}

const threeDigits: readonly string[] = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'))

let printedSecond = Number.NaN
let printed = ''

/** Prints the time. It asks a Date for it once a second only. */
function now(): string {
  const ms = Date.now()
  const second = Math.floor(ms / 1000)
  if (second !== printedSecond) {
    printedSecond = second
    printed = new Date(ms).toISOString().slice(0, -'000Z'.length)
  }
  return `${printed}${threeDigits[ms - second * 1000]}Z`
}
