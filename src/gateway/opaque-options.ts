import type { ApiConfig, Config, RouteConfig } from '../config/config.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import type { OpaqueOptions } from '../token/opaque/options.ts'

/** How the opaque tokens of an API are verified; undefined where they are only explained. */
export function opaqueOptions(
  { opaque: { mode, personalAccessTokens } }: Config,
  { resource, paths, clients = [] }: ApiConfig,
  { client, isLogto }: IssuerOptions,
): OpaqueOptions | undefined {
  if (mode === 'userinfo') return { mode }
  if (mode === 'explain' || client === undefined) return undefined
  if (mode === 'introspect') return { mode, client }
  const scopes = [...new Set(paths.flatMap(({ methods }) => [...methods.values()].flatMap(scopesNamed)))]
  return { mode, client, personalAccessTokens: personalAccessTokens && isLogto, resource, scopes, clients }
}

function scopesNamed({ requirement }: RouteConfig): readonly string[] {
  return requirement.kind === 'scopes' ? requirement.anyOf.flat() : []
}
