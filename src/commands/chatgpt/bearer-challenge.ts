import type { Exchange } from './exchange.ts'

/** The parameters of the first Bearer challenge (RFC 6750 section 3); undefined where there is none. */
export function bearerChallenge({ headers }: Exchange): ReadonlyMap<string, string> | undefined {
  const value = headers['www-authenticate']?.slice(0, 8192)
  const start = /(?:^|,\s*)Bearer(?=\s|$)/i.exec(value ?? '')
  if (value === undefined || start === null) return undefined
  const parameters = new Map<string, string>()
  let rest = value.slice(start.index + start[0].length)
  for (let next = parameter.exec(rest); next !== null; next = parameter.exec(rest)) {
    const [whole, name = '', quoted, plain = ''] = next
    if (!parameters.has(name.toLowerCase()))
      parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain)
    rest = rest.slice(whole.length)
  }
  return parameters
}

const parameter = /^[\s,]*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/
