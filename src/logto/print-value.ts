import { LRUCache } from 'lru-cache'
import { headerValue } from '../access/header-value.ts'
import type { IdentityHeader } from '../access/identity.ts'
import type { Logger } from '../log/logger.ts'

/** In characters. Many servers refuse a longer one, and it is nothing that belongs into a header. */
const longestValue = 4096
/** Left-out values that are remembered as told. */
const mostTold = 1000

/** The text that a header says of this subject; undefined where nothing can be said. */
export type PrintValue = (subject: string, entry: IdentityHeader, value: unknown) => string | undefined

/**
 * Values as for claims, but null says that there is none, and roles are one text whatever their names are.
 */
export function createPrintValue(log: Logger): PrintValue {
  const told = new LRUCache<string, true>({ max: mostTold })
  return (subject, { header, claim }, value) => {
    if (value === undefined || value === null) return undefined
    const printed = headerValue(claim === 'roles' && isTexts(value) ? value.join(' ') : value)
    if (printed !== undefined && printed.length <= longestValue) return printed
    const key = JSON.stringify([subject, header])
    if (!told.has(key))
      log.warn(
        { header, claim, sub: subject },
        'identity header left out: the value holds control characters, outer white space or an unsafe integer, ' +
          `or is longer than ${longestValue} characters`,
      )
    told.set(key, true)
    return undefined
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string')
}
