import type { IssuerOptions } from '../../issuer/options.ts'
import type { RevocationConfig } from '../config.ts'
import type { Context } from './context.ts'
import { logtoIssuerOf } from './logto-issuer.ts'
import { withoutUndefined } from './without-undefined.ts'

/** The `revocation:` block; undefined where the file has none. */
export function composeRevocation(
  context: Context,
  issuers: ReadonlyMap<string, IssuerOptions>,
): RevocationConfig | undefined {
  const { input, files } = context
  const { revocation } = input
  if (revocation === undefined) return undefined
  const { webhook, file, poll } = revocation
  const about = webhook === undefined ? ['revocation', 'poll'] : ['revocation', 'webhook']
  const isAboutLogto = webhook !== undefined || poll !== undefined
  const name = isAboutLogto ? logtoIssuerOf(about, context, issuers) : undefined
  const { path, signingKey } = webhook ?? {}
  reportRevocation(context)
  const { apis = {} } = input
  const rest = withoutUndefined({
    issuer: name && issuers.get(name)?.issuer,
    webhook: path === undefined || signingKey === undefined ? undefined : { path, signingKey },
    file: file && files.resolve(file),
    pollMs: poll,
  })
  return {
    ...rest,
    organizations: Object.values(apis).some(({ organizations }) => organizations !== undefined),
  }
}

function reportRevocation({ input, issues }: Context): void {
  const { revocation: { webhook, poll } = {}, tokens, logto } = input
  if (tokens.opaque === 'userinfo')
    issues.error(
      ['revocation'],
      'tokens.opaque: userinfo never learns when a token was issued, so a cut-off would refuse all of them: ' +
        'choose introspect or exchange',
      'key',
    )
  if (poll !== undefined && logto?.management === undefined)
    issues.error(
      ['revocation', 'poll'],
      'Logto is asked through its Management API: write logto: { management: { id: ..., secret: ... } }',
      'key',
    )
  const { path } = webhook ?? {}
  const { url } = logto?.webhook ?? {}
  if (path === undefined) return
  if (url !== undefined && !pathOf(url).endsWith(path))
    issues.error(
      ['logto', 'webhook', 'url'],
      `Logto would call another path than revocation.webhook.path, ${path}`,
    )
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname.replace(/\/$/, '') : ''
}
