import type { IssuerOptions } from '../../issuer/options.ts'
import { hostRank } from '../../route/host-rank.ts'
import type { ApiConfig } from '../config.ts'
import type { Context } from './context.ts'
import { plainHttp } from './plain-http.ts'

type OpenApiContext = Pick<Context, 'input' | 'issues'> & {
  readonly issuers: ReadonlyMap<string, IssuerOptions>
}

/** Reports what keeps ChatGPT from using the document, whatever stands in it. */
export function reportOpenApi(api: ApiConfig, { input, issues, issuers }: OpenApiContext): void {
  const { chatgpt, publicUrl } = input
  if (chatgpt?.openapi === undefined) {
    reportUnused({ input, issues })
    return
  }
  const at = ['chatgpt', 'openapi']
  const http = publicUrl === undefined ? undefined : plainHttp(publicUrl)
  if (publicUrl === undefined && !issues.hasError(['publicUrl'])) issues.error(at, noPublicUrl, 'key')
  if (http === 'elsewhere') issues.error(['publicUrl'], 'ChatGPT calls https alone: write the https URL')
  if (http === 'loopback') issues.warning(['publicUrl'], onLoopback)
  if (publicUrl !== undefined && !isHostOf(api, publicUrl)) issues.error(at, otherHost(api.name))
  const issuer = issuers.get(api.issuer ?? '')
  if (chatgpt.clients === undefined && issuer !== undefined && !knowsEndpoints(issuer))
    issues.error(at, noEndpoints)
}

const noPublicUrl =
  'a published document names publicUrl, where ChatGPT calls: write it at the top of the file'
const onLoopback = 'ChatGPT reaches no address on loopback: the document that it gets needs an https URL here'
const noEndpoints =
  'the document must name where ChatGPT signs in: write clients and redirectUris in chatgpt, or ' +
  'authorizationEndpoint and tokenEndpoint at the issuer'

const otherHost = (api: string) =>
  `apis.${api}.hosts does not list the host of publicUrl, where ChatGPT calls: add it there`

function isHostOf({ hosts }: ApiConfig, publicUrl: string): boolean {
  return !URL.canParse(publicUrl) || hostRank(hosts, new URL(publicUrl).hostname) >= 0
}

function knowsEndpoints({ isLogto, endpoints }: IssuerOptions): boolean {
  return isLogto || (endpoints?.authorization !== undefined && endpoints.token !== undefined)
}

function reportUnused({ input: { chatgpt }, issues }: Pick<OpenApiContext, 'input' | 'issues'>): void {
  const { only, consequential = {} } = chatgpt?.operations ?? {}
  if (only === undefined && Object.keys(consequential).length === 0) return
  issues.error(['chatgpt', 'operations'], 'openapi is missing, of which these are operations: name it', 'key')
}
