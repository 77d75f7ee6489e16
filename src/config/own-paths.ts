import type { Config } from './config.ts'
import type { KeyPath } from './yaml/key-path.ts'

/** A path that the gateway answers itself, and the key of the file that says so. */
export type OwnPath = { readonly path: string; readonly methods: readonly string[]; readonly at: KeyPath }

export function ownPathsOf({ revocation }: Pick<Config, 'revocation'>): OwnPath[] {
  const { webhook } = revocation ?? {}
  if (webhook === undefined) return []
  return [{ path: webhook.path, methods: ['POST'], at: ['revocation', 'webhook', 'path'] }]
}
