import { isHopByHop } from '../http/headers.ts'
import type { AnswerRules } from './http.ts'

/** The upstream's response head as the client gets it. */
export type AnswerHead = {
  readonly headers: string[]
  readonly contentLength: number | undefined
  readonly isEventStream: boolean
}

/**
 * Response headers without hop-by-hop fields and what the upstream's Connection names; shared caches, Location and CORS as
 * configured (decisions.md section 2, "Responses"). A new flat list for `writeHead`.
 */
export function answerHead(
  raw: readonly (Buffer | string)[],
  rules: AnswerRules,
  corsHeaders: readonly string[] | undefined,
): AnswerHead {
  const headers: string[] = []
  const listed = connectionOptions(raw)
  let contentLength: number | undefined
  let isEventStream = false
  let cacheControl: string | undefined
  let varies = false
  for (let i = 0; i < raw.length; i += 2) {
    const name = latin1(raw[i])
    const value = latin1(raw[i + 1])
    const lower = name.toLowerCase()
    if (isHopByHop(lower) || listed.includes(lower)) continue
    if (corsHeaders !== undefined && lower.startsWith('access-control-')) continue
    if (lower === 'content-length') contentLength = Number(value)
    if (lower === 'content-type') isEventStream = /^text\/event-stream\s*(?:;|$)/i.test(value)
    if (rules.keepPrivate) {
      if (isSharedCacheOnly(lower)) continue
      if (lower === 'cache-control') {
        cacheControl = cacheControl === undefined ? value : `${cacheControl}, ${value}`
        continue
      }
      if (lower === 'vary') varies ||= /(?:^|,)\s*(?:\*|authorization)\s*(?:,|$)/i.test(value)
    }
    headers.push(name, isLocation(lower) ? relocate(value, rules) : value)
  }
  if (rules.keepPrivate) {
    headers.push('Cache-Control', privateCacheControl(cacheControl))
    if (!varies) headers.push('Vary', 'Authorization')
  }
  if (corsHeaders !== undefined) headers.push(...corsHeaders)
  headers.push('Via', '1.1 scopegate')
  return { headers, contentLength, isEventStream }
}

function latin1(value: Buffer | string | undefined): string {
  return value === undefined || typeof value === 'string' ? (value ?? '') : value.toString('latin1')
}

const noOptions: readonly string[] = []

function connectionOptions(raw: readonly (Buffer | string)[]): readonly string[] {
  let options = noOptions
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]
    if (name?.length !== 'connection'.length || latin1(name).toLowerCase() !== 'connection') continue
    const named = latin1(raw[i + 1])
      .split(',')
      .map((option) => option.trim().toLowerCase())
    options = [
      ...options,
      ...named.filter((option) => option !== 'content-length' && option !== 'content-type'),
    ]
  }
  return options
}

function isSharedCacheOnly(lower: string): boolean {
  return lower === 'surrogate-control' || lower.endsWith('cdn-cache-control')
}

/** What a user was shown for a token must not be shown to another one from a cache. */
function privateCacheControl(value: string | undefined): string {
  const directives = (value ?? '')
    .split(',')
    .map((directive) => directive.trim())
    .filter((directive) => directive !== '' && !/^(?:public|private|s-maxage)(?:\s*=|$)/i.test(directive))
  const stored = !directives.some((directive) => directive.toLowerCase() === 'no-store')
  return (stored ? ['private', ...directives] : directives).join(', ')
}

function isLocation(lower: string): boolean {
  return lower === 'location' || lower === 'content-location'
}

function relocate(value: string, { location }: AnswerRules): string {
  if (location === undefined) return value
  const { upstreamOrigins, publicUrl, prefix } = location
  if (value.startsWith('/') && !value.startsWith('//')) return prefix + value
  const origin = upstreamOrigins.find(
    (candidate) =>
      value === candidate || value.startsWith(`${candidate}/`) || value.startsWith(`${candidate}?`),
  )
  return origin === undefined ? value : publicUrl + prefix + value.slice(origin.length)
}
