import type { Config } from './config.ts'
import { protectedResourcesOf } from './protected-resources.ts'
import type { KeyPath } from './yaml/key-path.ts'

/** A path that the gateway answers itself, and the key of the file that says so. */
export type OwnPath = {
  readonly path: string
  readonly methods: readonly string[]
  /** Those of the APIs that it belongs to. Empty: any host. */
  readonly hosts: readonly string[]
  readonly at: KeyPath
  /** The way out of a conflict with a route at this path. */
  readonly mend: string
}

type Given = Pick<Config, 'apis' | 'issuers' | 'publicUrl' | 'revocation' | 'chatgpt'>

export function ownPathsOf(config: Given): OwnPath[] {
  return [
    ...webhookOf(config),
    ...metadataOf(config),
    ...facadeOf(config),
    ...manifestOf(config),
    ...openapiOf(config),
  ]
}

function webhookOf({ revocation }: Given): OwnPath[] {
  const { webhook } = revocation ?? {}
  if (webhook === undefined) return []
  return [
    {
      path: webhook.path,
      methods: ['POST'],
      hosts: [],
      at: ['revocation', 'webhook', 'path'],
      mend: 'rename one of them',
    },
  ]
}

/** The methods of a document that never changes while its configuration is in force. */
export const documentMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

function metadataOf(config: Given): OwnPath[] {
  return protectedResourcesOf(config).map(({ path, hosts, apis: [api = ''] }) => ({
    path,
    methods: documentMethods,
    hosts,
    at: ['apis', api, 'resource'],
    mend: 'take the route out, or write metadata: false in that API',
  }))
}

/** The two URLs of the OAuth facade. */
export const authorizePath = '/oauth/authorize'
export const tokenPath = '/oauth/token'

function facadeOf({ chatgpt, apis }: Given): OwnPath[] {
  if (chatgpt?.facade === undefined) return []
  const shared = { hosts: hostsOf(apis, chatgpt.api), at: ['chatgpt', 'clients'], mend: 'rename the route' }
  return [
    { path: authorizePath, methods: ['GET'], ...shared },
    { path: tokenPath, methods: ['POST'], ...shared },
  ]
}

export const manifestPath = '/.well-known/ai-plugin.json'

function manifestOf({ chatgpt, apis }: Given): OwnPath[] {
  if (chatgpt?.manifest === undefined) return []
  const hosts = hostsOf(apis, chatgpt.api)
  return [
    {
      path: manifestPath,
      methods: documentMethods,
      hosts,
      at: ['chatgpt', 'manifest'],
      mend: 'take one of them out',
    },
  ]
}

export const openapiPaths = { json: '/openapi.json', yaml: '/openapi.yaml' } as const

function openapiOf({ chatgpt, apis }: Given): OwnPath[] {
  if (chatgpt?.openapi === undefined) return []
  const hosts = hostsOf(apis, chatgpt.api)
  return Object.values(openapiPaths).map((path) => ({
    ...{ path, methods: documentMethods, hosts },
    at: ['chatgpt', 'openapi'],
    mend: 'take the route out, since the document that ChatGPT gets is there',
  }))
}

/** The hosts of the API of this name. */
export function hostsOf(apis: Given['apis'], name: string): readonly string[] {
  return apis.find((api) => api.name === name)?.hosts ?? []
}
