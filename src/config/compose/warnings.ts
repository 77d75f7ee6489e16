import type { Config } from '../config.ts'
import type { Context } from './context.ts'
import { doubtfulResources } from './doubtful-resources.ts'
import { issuerPath } from './issuers.ts'
import { plainHttp } from './plain-http.ts'

/** Reports what is allowed but rarely meant. (Weaker wildcards are found with the conflicts.) */
export function reportWarnings(config: Config, { input, issues }: Context): void {
  const { publicUrl } = input
  if (publicUrl !== undefined && isPlainHttp(publicUrl))
    issues.warning(['publicUrl'], 'tokens travel to this gateway over plain http: use https')
  reportPlainIssuers(config, { input, issues })
  reportDeafWebhook({ input, issues })
  const doubtful = doubtfulResources(config)
  for (const { name, resource } of config.apis) {
    const fault = resource === '' ? undefined : (resourceFault(resource, publicUrl) ?? doubtful.get(name))
    if (fault !== undefined) issues.warning(['apis', name, 'resource'], fault)
  }
}

/** Own events are for a receiver of one's own, which is somewhere else. */
function reportDeafWebhook({ input, issues }: Pick<Context, 'input' | 'issues'>): void {
  const { logto, revocation } = input
  if (logto?.webhook?.events !== 'revocation' || revocation?.webhook !== undefined) return
  issues.warning(
    ['logto', 'webhook'],
    'the gateway does not listen to it: write revocation: { webhook: { path: ..., signingKey: ... } }, or the ' +
      'events that another receiver wants',
    'key',
  )
}

function reportPlainIssuers({ issuers }: Config, { input, issues }: Pick<Context, 'input' | 'issues'>): void {
  for (const [name, { issuer, isLogto }] of issuers) {
    const at = issuerPath(name, input)
    if (isPlainHttp(issuer))
      issues.warning(
        [...at, isLogto ? 'logto' : 'url'],
        'the keys of this issuer come over plain http: use https',
      )
  }
}

function resourceFault(resource: string, publicUrl: string | undefined): string | undefined {
  if (!URL.canParse(resource) || resource.includes('#'))
    return (
      'not an absolute URI (RFC 8707): clients and Logto may refuse it; ' +
      'write one such as https://api.example.com/'
    )
  if (publicUrl === undefined || resource === publicUrl || bare(resource) !== bare(publicUrl))
    return undefined
  return (
    'differs from publicUrl by its trailing slash, and aud is compared byte for byte: ' +
    'write what the issuer has'
  )
}

function isPlainHttp(url: string): boolean {
  return plainHttp(url) === 'elsewhere'
}

function bare(url: string): string {
  return url.replace(/\/$/, '')
}
