import { createFacadeLimits } from '../endpoint/oauth-facade/limits.ts'
import { createOAuthFacade } from '../endpoint/oauth-facade/oauth-facade.ts'
import { createFacadeTargets } from '../endpoint/oauth-facade/targets.ts'
import type { OwnEndpoint } from '../endpoint/own-endpoint.ts'
import type { RouteBuild } from './compile-route.ts'

/** The OAuth facade of ChatGPT; no endpoint where the file has none. */
export function facadeEndpoints({ config, runtime, releases }: RouteBuild): OwnEndpoint[] {
  const { chatgpt, tokens } = config
  const api = config.apis.find(({ name }) => name === chatgpt?.api)
  const issuer = chatgpt && config.issuers.get(chatgpt.issuer)
  if (chatgpt?.facade === undefined || api === undefined || issuer === undefined) return []
  const { limits, ...facade } = chatgpt.facade
  const key = JSON.stringify([issuer, limits])
  const parts = runtime.facades.acquire(key, () => ({
    targets: createFacadeTargets({ issuer, log: runtime.log }),
    limits: createFacadeLimits(limits),
  }))
  releases.push(() => runtime.facades.release(key))
  return createOAuthFacade({
    ...facade,
    ...parts,
    issuer,
    scopes: chatgpt.scopes,
    resource: chatgpt.resource,
    audience: api.audience,
    hosts: api.hosts,
    clockToleranceMs: tokens.clockToleranceMs,
  })
}
