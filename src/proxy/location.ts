/**
 * Rules by which Location and Content-Location of an upstream are written anew. They are built when the file
 * loads.
 */
export type LocationRules = {
  /** As `originOf` writes them. A reference to one of these refers to `publicUrl` + `prefix` afterwards. */
  readonly origins: readonly string[]
  /** Without a trailing slash. */
  readonly publicUrl: string
  /** The stripped prefix, or ''. */
  readonly prefix: string
}

export function locationRules(options: {
  /** Of the upstream. */
  readonly origins: readonly string[]
  /** '' when it is not configured: then only the prefix of paths is restored. */
  readonly publicUrl: string
  readonly prefix: string
  readonly preserveHost: boolean
}): LocationRules {
  const { origins, publicUrl, prefix, preserveHost } = options
  if (publicUrl === '') return { origins: [], publicUrl, prefix }
  const urls = preserveHost ? [...origins, ...overHttp(publicUrl)] : origins
  return {
    origins: [...new Set(urls.map(originOf))].filter((origin) => origin !== undefined),
    publicUrl,
    prefix,
  }
}

/**
 * An upstream that gets the client's Host takes the public host for its own, and http for its scheme when TLS
 * ended before it. Some then add the port to which the client came.
 */
function overHttp(publicUrl: string): string[] {
  const { hostname, port, protocol } = new URL(publicUrl)
  const publicPort = port || (protocol === 'https:' ? '443' : '80')
  return [`http://${hostname}`, `http://${hostname}:${publicPort}`]
}

/** Writes a reference of the upstream for the client: at the public URL, and below the stripped prefix. */
export function relocate(value: string, { origins, publicUrl, prefix }: LocationRules): string {
  const start = authorityForm.exec(value)?.[0]
  if (start === undefined) return value.startsWith('/') ? below(prefix, value) : value
  const isOwn = start.startsWith('/')
    ? // The scheme is then that of the upstream, whichever it is.
      origins.some((origin) => originOf(schemeOf(origin) + start) === origin)
    : origins.includes(originOf(start) ?? '')
  return isOwn ? publicUrl + below(prefix, value.slice(start.length)) : value
}

/** Matches `http://host` or `//host`, up to where the path, the query or the fragment begins. */
const authorityForm = /^(?:https?:)?\/\/[^/\\?#]*/i

/** An upstream that heeds X-Forwarded-Prefix has written the prefix already. */
function below(prefix: string, path: string): string {
  const isBelow = path.startsWith(prefix) && /^(?:[/?#]|$)/.test(path.slice(prefix.length))
  return isBelow ? path : prefix + path
}

/** With its colon. */
function schemeOf(origin: string): string {
  return origin.slice(0, origin.indexOf(':') + 1)
}

/**
 * The origin of an http or https URL (RFC 6454 section 6.2): in lower case, without user info and default
 * port. Undefined when it is none.
 */
function originOf(url: string): string | undefined {
  try {
    return new URL(url).origin
  } catch {
    return undefined
  }
}
