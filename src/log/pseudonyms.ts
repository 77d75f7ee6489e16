import { createHmac } from 'node:crypto'
import { memo } from '../memo.ts'

/** Another text for a text, the same for the same. Nobody finds the way back without the key. */
export type Pseudonyms = (value: string) => string

export type PseudonymOptions = {
  /** Default: false */
  readonly pseudonymise?: boolean
  readonly pseudonymKey?: string | undefined
}

/** Hexadecimal digits of a pseudonym: half of HMAC-SHA256, so that a line stays readable. */
const length = 32

/** Undefined where the log says everything as it is. */
export function createPseudonyms({ pseudonymise, pseudonymKey }: PseudonymOptions): Pseudonyms | undefined {
  if (pseudonymise !== true) return undefined
  if (pseudonymKey === undefined) throw new TypeError('there is no key to make pseudonyms with')
  return memo((value) => createHmac('sha256', pseudonymKey).update(value).digest('hex').slice(0, length), {
    longestKey: 255,
  })
}
