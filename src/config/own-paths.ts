import type { Config } from './config.ts'
import type { KeyPath } from './yaml/key-path.ts'

/** A path that the gateway answers itself, and the key of the file that says so. */
export type OwnPath = { readonly path: string; readonly methods: readonly string[]; readonly at: KeyPath }

/** The two URLs of the OAuth facade. */
export const authorizePath = '/oauth/authorize'
export const tokenPath = '/oauth/token'

export function ownPathsOf({ revocation, chatgpt }: Pick<Config, 'revocation' | 'chatgpt'>): OwnPath[] {
  return [...webhookPaths(revocation), ...(chatgpt?.facade === undefined ? [] : facadePaths)]
}

function webhookPaths({ webhook }: Config['revocation'] = {}): OwnPath[] {
  if (webhook === undefined) return []
  return [{ path: webhook.path, methods: ['POST'], at: ['revocation', 'webhook', 'path'] }]
}

const facadePaths: readonly OwnPath[] = [
  { path: authorizePath, methods: ['GET'], at: ['chatgpt', 'clients'] },
  { path: tokenPath, methods: ['POST'], at: ['chatgpt', 'clients'] },
]
