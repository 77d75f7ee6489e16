import { parseStrictJson } from '../../token/jwt/strict-json.ts'

/** The parameters of an OAuth request. One without a value is as good as none (RFC 6749 section 3.1). */
export type Parameters = ReadonlyMap<string, string>

/** The reason why parameters cannot be read; it repeats nothing of them. */
export type ParameterFault = { readonly fault: string }

/**
 * Parameters in the form of a query. Refuses one that comes twice (RFC 6749 section 3.1): the gateway might
 * check the one and the authorization server use the other.
 */
export function parseForm(text: string): Parameters | ParameterFault {
  if (!/^[\x21-\x7e]*$/.test(text)) return brokenEscape
  const found = new Map<string, string>()
  for (const pair of text.split('&').filter((part) => part !== '')) {
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1))
    if (name === undefined || value === undefined) return brokenEscape
    if (found.has(name)) return repeated
    found.set(name, value)
  }
  return filled(found)
}

/** Parameters as the members of one JSON object, which Logto takes too. */
export function parseJson(bytes: Uint8Array): Parameters | ParameterFault {
  const members = Object.entries(parseStrictJson(bytes) ?? {})
  if (members.length === 0) return { fault: 'The body must be one JSON object, with each member once' }
  const texts = members.flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  )
  return texts.length === members.length ? filled(new Map(texts)) : { fault: 'Each parameter must be a text' }
}

const repeated: ParameterFault = { fault: 'A parameter comes more than once: send each one once' }
const brokenEscape: ParameterFault = { fault: 'A parameter is not percent-encoded UTF-8' }

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

function filled(found: ReadonlyMap<string, string>): Parameters {
  return new Map([...found].filter(([, value]) => value !== ''))
}
