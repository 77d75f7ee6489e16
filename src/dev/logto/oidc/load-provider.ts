import { format } from 'node:util'

/**
 * Loads oidc-provider without its notices, for example that Node 20 is not its first choice or that a body
 * was read before it. They are right for an authorization server and would only worry whoever starts a demo.
 */
export async function loadProvider(): Promise<OidcProvider> {
  silence('warn')
  silence('info')
  return import('oidc-provider')
}

export type OidcProvider = typeof import('oidc-provider')

const silenced = new Set<'warn' | 'info'>()

function silence(method: 'warn' | 'info'): void {
  if (silenced.has(method)) return
  silenced.add(method)
  const print = console[method]
  console[method] = (...values: unknown[]) => {
    if (!format(...values).includes('oidc-provider ')) print(...values)
  }
}
