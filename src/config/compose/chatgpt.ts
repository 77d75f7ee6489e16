import type { IssuerOptions } from '../../issuer/options.ts'
import type { ChatGptConfig } from '../chatgpt-config.ts'
import type { ApiConfig } from '../config.ts'
import type { FileChatGpt } from '../schema/chatgpt.ts'
import type { ComposedApi } from './apis.ts'
import type { Context } from './context.ts'
import { composeFacade, reportFacade } from './facade.ts'
import { reportOpenApi } from './openapi.ts'
import { reportPluginManifest } from './plugin-manifest.ts'
import { scopesNamedBy } from './scopes-named.ts'
import { withoutUndefined } from './without-undefined.ts'

/** The `chatgpt:` block; undefined where the file has none, or it cannot be told which API it is about. */
export function composeChatGpt(
  context: Context & { readonly issuers: ReadonlyMap<string, IssuerOptions> },
  apis: readonly ComposedApi[],
): ChatGptConfig | undefined {
  const { chatgpt } = context.input
  const api = chatgpt && apiOf(chatgpt, apis, context)
  if (chatgpt === undefined || api === undefined) return undefined
  const { openapi, operations, manifest } = chatgpt
  const scopes = chatgpt.scopes ?? scopesNamedBy(api)
  const facade = composeFacade(chatgpt, context)
  reportFacade({ facade, scopes }, api, context)
  reportPluginManifest(context)
  reportOpenApi(api, context)
  return {
    api: api.name,
    resource: api.resource,
    issuer: api.issuer ?? '',
    scopes,
    permissions: context.input.apis?.[api.name]?.permissions ?? {},
    operations: { consequential: operations.consequential, ...withoutUndefined({ only: operations.only }) },
    ...withoutUndefined({
      facade,
      openapi: openapi && context.files.resolve(openapi),
      manifest,
    }),
  }
}

function apiOf(
  { api: chosen }: FileChatGpt,
  apis: readonly ComposedApi[],
  { issues }: Context,
): ApiConfig | undefined {
  const known = apis.map(({ config }) => config).filter(needsTokens)
  const names = known.map(({ name }) => name).join(', ')
  if (chosen !== undefined) {
    const found = known.find(({ name }) => name === chosen)
    if (found === undefined)
      issues.error(['chatgpt', 'api'], `no API of this name needs tokens; those that do: ${names || 'none'}`)
    return found
  }
  if (known.length > 1) issues.error(['chatgpt'], `say which API with api: ${names}`, 'key')
  if (known.length === 0 && !issues.hasError(['apis']))
    issues.error(
      ['chatgpt'],
      'no route of an API needs a token, so ChatGPT needs no sign-in: take it out',
      'key',
    )
  return known.length === 1 ? known[0] : undefined
}

function needsTokens({ paths }: ApiConfig): boolean {
  return paths.some(({ methods }) =>
    [...methods.values()].some(({ requirement }) => requirement.kind !== 'public'),
  )
}
