import type { Config } from '../config/config.ts'
import { hostsOf } from '../config/own-paths.ts'
import { protectedResourcesOf } from '../config/protected-resources.ts'
import { createLogtoWebhook } from '../endpoint/logto-webhook.ts'
import type { OwnEndpoint } from '../endpoint/own-endpoint.ts'
import { createPluginManifest } from '../endpoint/plugin-manifest.ts'
import { createProtectedResource } from '../endpoint/protected-resource.ts'
import { createPublishedOpenApi } from '../endpoint/published-openapi.ts'
import type { RouteBuild } from './compile-route.ts'
import { facadeEndpoints } from './facade.ts'

/** The URLs that the gateway answers itself: those that `ownPathsOf` names. */
export function ownEndpoints(build: RouteBuild): OwnEndpoint[] {
  return [
    ...webhookOf(build),
    ...protectedResourcesOf(build.config).map(createProtectedResource),
    ...facadeEndpoints(build),
    ...manifestOf(build.config),
    ...openapiOf(build.config),
  ]
}

/** Those on which every path is an API's. */
export function takenHosts({ apis }: Config): readonly string[] {
  return apis.filter(({ pathPrefix }) => pathPrefix === '').flatMap(({ hosts }) => hosts)
}

function webhookOf({ config: { revocation, logto }, runtime: { revoke, log } }: RouteBuild): OwnEndpoint[] {
  const { webhook, issuer } = revocation ?? {}
  if (webhook === undefined) return []
  return [createLogtoWebhook({ webhook, issuer, knowsRoles: logto?.management !== undefined, revoke, log })]
}

function manifestOf({ chatgpt, publicUrl, apis }: Config): OwnEndpoint[] {
  if (chatgpt?.manifest === undefined || publicUrl === undefined) return []
  const { manifest, scopes } = chatgpt
  return [createPluginManifest({ manifest, scopes, publicUrl, hosts: hostsOf(apis, chatgpt.api) })]
}

function openapiOf({ chatgpt, apis }: Config): OwnEndpoint[] {
  if (chatgpt?.document === undefined) return []
  return createPublishedOpenApi(chatgpt.document, hostsOf(apis, chatgpt.api))
}
