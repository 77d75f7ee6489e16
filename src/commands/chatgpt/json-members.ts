import { isJsonObject } from '../../issuer/json-object.ts'
import type { Exchange } from './exchange.ts'

/** The members of a JSON object in an answer; undefined where it is none. */
export function membersOf({ text }: Pick<Exchange, 'text'>): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A refusal of the gateway itself (RFC 9457); undefined where somebody else answers. */
export function problemOf(
  exchange: Exchange,
): { readonly code: string; readonly detail: string } | undefined {
  if (!(exchange.headers['content-type'] ?? '').startsWith('application/problem+json')) return undefined
  const { type, code, detail } = membersOf(exchange) ?? {}
  if (typeof code !== 'string' || type !== `urn:scopegate:problem:${code}`) return undefined
  return { code, detail: String(detail ?? '') }
}

/** The texts in a list; none where it is no list. */
export function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}

/** A value of unknown origin, in a few words. */
export function short(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? 'nothing' : jsonOf(value)
  return text.length > 200 ? `${text.slice(0, 200)}...` : text
}

/** Nesting without end can be read, and not be written. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return 'a value without end'
  }
}
