import type { Config } from './config.ts'
import type { Path } from './yaml-tree.ts'

export type Warning = { readonly path: Path; readonly message: string }

/** What is allowed, but rarely meant. `publicUrl` is as written, with or without its trailing slash. */
export function warningsOf(config: Config, publicUrl: string | undefined): Warning[] {
  const warnings: Warning[] = []
  if (publicUrl !== undefined && isPlainHttp(publicUrl)) {
    warnings.push({ path: ['publicUrl'], message: 'tokens travel over plain http: use https' })
  }
  for (const [name, issuer] of config.issuers) {
    if (isPlainHttp(issuer.issuer)) {
      const path = config.issuers.size === 1 && name === 'default' ? ['issuer'] : ['issuers', name]
      warnings.push({ path, message: 'the keys of this issuer come over plain http: use https' })
    }
  }
  for (const api of config.apis) {
    const path = ['apis', api.name, 'resource']
    if (!URL.canParse(api.resource)) {
      warnings.push({
        path,
        message: 'the resource is not an absolute URI (RFC 8707): Logto and clients may refuse it',
      })
    } else if (
      publicUrl !== undefined &&
      api.resource !== publicUrl &&
      bare(api.resource) === bare(publicUrl)
    ) {
      warnings.push({
        path,
        message: 'differs from publicUrl by its trailing slash: aud is compared byte for byte',
      })
    }
  }
  return warnings
}

function isPlainHttp(url: string): boolean {
  if (!url.startsWith('http://')) return false
  const { hostname } = new URL(url)
  return !(hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.'))
}

function bare(url: string): string {
  return url.replace(/\/$/, '')
}
