import type { RequestRecord } from './request-record.ts'

/**
 * Turns lines of JSON, each with its newline, into lines for a person. Text that is not JSON stays as it is.
 */
export function prettyLines(lines: string, color: boolean): string {
  const paint = color ? inColor : plainly
  return lines
    .split('\n')
    .map((line) => (line === '' ? '' : prettyLine(line, paint)))
    .join('\n')
}

type Paint = (text: string, color: keyof typeof colors) => string

const colors = { red: 31, green: 32, yellow: 33, gray: 90 } as const
const inColor: Paint = (text, color) => (text === '' ? '' : `\u001b[${colors[color]}m${text}\u001b[0m`)
const plainly: Paint = (text) => text

type Fields = Readonly<Record<string, unknown>>

function prettyLine(line: string, paint: Paint): string {
  const fields = parse(line)
  if (fields === undefined) return line
  const isRequest = fields['msg'] === 'request' && typeof fields['status'] === 'number'
  // Any field may hold text of a client. Printed as it is, it could command the terminal.
  return isRequest ? requestLine(fields, paint) : eventLine(fields, paint)
}

function parse(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/**
 * Prints `2026-07-30 14:03:22  403  POST /todos  insufficient_scope  needs write  holds read  alice
 * (chatgpt)`.
 */
function requestLine(fields: Fields, paint: Paint): string {
  const field = (name: keyof RequestRecord) => textOf(fields[name])
  const code = field('code')
  const labelled = (label: string, text: string) => (text === '' ? '' : `${label} ${text}`)
  return [
    paint(localTime(fields['time']), 'gray'),
    paint(field('status'), statusColor(Number(fields['status']))),
    `${field('method')} ${field('path')}`.trim(),
    paint(code, 'yellow'),
    // The detail of a refusal for a missing scope says the same as `needs` and `holds`.
    code === 'insufficient_scope' ? '' : field('detail'),
    labelled('needs', field('scopesNeeded')),
    code === 'insufficient_scope' ? labelled('holds', field('scopesHeld') || 'no scope') : '',
    whoIn(field('sub'), field('clientId'), field('remote')),
    labelled('worker', textOf(fields['worker'])),
  ]
    .filter((part) => part !== '')
    .join('  ')
}

function statusColor(status: number): keyof typeof colors {
  if (status >= 500) return 'red'
  return status >= 400 ? 'yellow' : 'green'
}

/** Names the user and the application. Without a verified token only the address is known. */
function whoIn(sub: string, clientId: string, remote: string): string {
  if (sub === '') return remote
  return clientId === '' || clientId === sub ? sub : `${sub} (${clientId})`
}

/** Prints `2026-07-30 14:03:22  info  listening  listen=0.0.0.0:8080`. */
function eventLine(fields: Fields, paint: Paint): string {
  const { level, time, msg, ...rest } = fields
  const color = levelColors[String(level)] ?? 'gray'
  const details = Object.entries(rest).map(([name, value]) => `${name}=${textOf(value)}`)
  const head = [paint(localTime(time), 'gray'), paint(textOf(level), color), textOf(msg)]
  return [...head, details.join(' ')].filter((part) => part !== '').join('  ')
}

const levelColors: Readonly<Record<string, keyof typeof colors>> = {
  debug: 'gray',
  info: 'green',
  warn: 'yellow',
  error: 'red',
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, escapeCharacter)
}

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`
}

/** Prints date and time in the time zone of this machine, to the second. */
function localTime(time: unknown): string {
  const date = new Date(String(time))
  if (Number.isNaN(date.getTime())) return textOf(time)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}
