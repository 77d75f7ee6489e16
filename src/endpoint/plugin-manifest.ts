import type { ChatGptConfig } from '../config/chatgpt-config.ts'
import { manifestPath } from '../config/own-paths.ts'
import { asciiJson } from '../http/ascii-json.ts'
import type { OwnEndpoint } from './own-endpoint.ts'
import { chatgptOrigins, createStaticDocument } from './static-document.ts'

export type PluginManifestOptions = Pick<ChatGptConfig, 'scopes'> & {
  readonly manifest: NonNullable<ChatGptConfig['manifest']>
  /** Without a trailing slash. */
  readonly publicUrl: string
  /** Those of the API. */
  readonly hosts: readonly string[]
}

/** The manifest by which plugins of 2023 were found, and which some clients still read. */
export function createPluginManifest(options: PluginManifestOptions): OwnEndpoint {
  return createStaticDocument({
    path: manifestPath,
    hosts: options.hosts,
    contentType: 'application/json',
    body: asciiJson(manifestOf(options)),
    origins: chatgptOrigins,
  })
}

function manifestOf({ manifest, publicUrl, scopes }: PluginManifestOptions) {
  return {
    schema_version: 'v1',
    name_for_human: manifest.nameForHuman,
    name_for_model: manifest.nameForModel,
    description_for_human: manifest.descriptionForHuman,
    description_for_model: manifest.descriptionForModel,
    auth: {
      type: 'oauth',
      // The names mislead: the first is where browsers go, the second the token endpoint.
      client_url: `${publicUrl}/oauth/authorize`,
      authorization_url: `${publicUrl}/oauth/token`,
      scope: scopes.join(' '),
      authorization_content_type: 'application/x-www-form-urlencoded',
      verification_tokens: manifest.verificationTokens,
    },
    api: { type: 'openapi', url: `${publicUrl}/openapi.json`, is_user_authenticated: true },
    logo_url: manifest.logoUrl,
    contact_email: manifest.contactEmail,
    legal_info_url: manifest.legalInfoUrl,
  }
}
