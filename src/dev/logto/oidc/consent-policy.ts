import type { interactionPolicy } from 'oidc-provider'
import type { LogtoData } from '../data.ts'
import type { OidcProvider } from './load-provider.ts'
import { findApplication } from './resource-server.ts'

/**
 * First-party applications never see a consent page: `prompt=consent` is accepted and only allows refresh
 * tokens. Third parties see it at every authorization.
 */
export function consentPolicy(
  { interactionPolicy: { base, Check } }: OidcProvider,
  data: LogtoData,
): interactionPolicy.DefaultPolicy {
  const prompts = base()
  const checks = prompts.get('consent')?.checks
  checks?.clear()
  checks?.add(
    new Check('third_party', 'a third party asks for consent', 'consent_required', (ctx) => {
      const { client, result } = ctx.oidc
      const isThirdParty = findApplication(data, client?.clientId)?.isThirdParty === true
      return isThirdParty && result?.consent === undefined
    }),
  )
  return prompts
}
