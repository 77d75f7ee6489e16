import type { Config } from '../../config/config.ts'
import { authorizePath, tokenPath } from '../../config/own-paths.ts'
import type { IssuerOptions } from '../../issuer/options.ts'
import type { OAuthEndpoints, Subject } from './visit.ts'

/** The URL by which ChatGPT knows the gateway. */
export function publicUrlOf({ config, base }: Pick<Subject, 'config' | 'base'>): string {
  return config.publicUrl ?? base
}

/** Where ChatGPT signs in and redeems codes by the facade, below this URL of the gateway. */
export function facadeEndpoints(base: string): OAuthEndpoints {
  return { authorization: `${base}${authorizePath}`, token: `${base}${tokenPath}` }
}

/** Where it does so without a facade, as far as the file alone tells it. */
export function serverEndpoints({ endpoints, isLogto, issuer }: IssuerOptions): Partial<OAuthEndpoints> {
  const {
    authorization = isLogto ? `${issuer}/auth` : undefined,
    token = isLogto ? `${issuer}/token` : undefined,
  } = endpoints ?? {}
  return { ...(authorization !== undefined && { authorization }), ...(token !== undefined && { token }) }
}

/** A published URL as it is reached here: under `--url`, the gateway may have another origin. */
export function reachedAt(url: string, subject: Pick<Subject, 'config' | 'base'>): string {
  const { origin } = new URL(publicUrlOf(subject))
  const target = new URL(url)
  return target.origin === origin
    ? `${new URL(subject.base).origin}${target.pathname}${target.search}`
    : target.href
}

export const documentPath = '/openapi.json'

/** No other machine reaches it. */
export function isOnLoopback(url: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname)
}

/** `https://chat.openai.com/aip/g-1/oauth/callback`: the same GPT comes back under both names. */
const callbackForm = /^https:\/\/(chat\.openai\.com|chatgpt\.com)(\/aip\/[^/]+\/oauth\/callback)$/

/** Callbacks of a GPT whose other name is not among them. */
export function missingTwins(redirectUris: readonly string[]): string[] {
  return redirectUris.flatMap((uri) => {
    const [, host, path] = callbackForm.exec(uri) ?? []
    if (host === undefined) return []
    const twin = `https://${host === 'chatgpt.com' ? 'chat.openai.com' : 'chatgpt.com'}${path}`
    return redirectUris.includes(twin) ? [] : [twin]
  })
}

export function hasCallbackOfChatGpt(redirectUris: readonly string[]): boolean {
  return redirectUris.some((uri) => callbackForm.test(uri))
}

/** The application of `logto.applications` that is this client; undefined where the file has none. */
export function applicationOf({ logto }: Pick<Config, 'logto'>, clientId: string) {
  const ids = logto?.lock?.applications ?? {}
  return logto?.wanted.applications.find(({ name }) => name === clientId || ids[name] === clientId)
}
