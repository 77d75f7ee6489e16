/**
 * The field value as latin1 text that holds the UTF-8 bytes; undefined when no field value can carry it
 * safely.
 */
export function headerValue(claim: unknown): string | undefined {
  const text = printed(claim)
  if (text === undefined) return undefined
  if (plain.test(text)) return text
  if (unsafe.test(text)) return undefined
  return Buffer.from(text, 'utf8').toString('latin1')
}

function printed(claim: unknown): string | undefined {
  if (typeof claim === 'string') return claim
  if (typeof claim === 'boolean') return String(claim)
  if (typeof claim === 'number') {
    return Number.isInteger(claim) && !Number.isSafeInteger(claim) ? undefined : String(claim)
  }
  if (
    Array.isArray(claim) &&
    claim.every((element) => typeof element === 'string' && !element.includes(' '))
  ) {
    return claim.join(' ')
  }
  return JSON.stringify(claim)
}

/** Matches a text that is its own UTF-8 bytes, and that is not `unsafe`. */
const plain = /^[!-~]+(?: [!-~]+)*$/

/** Control characters would inject a header, and a server would trim white space at either end. */
const unsafe = /[\u0000-\u001f\u007f-\u009f]|^\s|\s$/u
