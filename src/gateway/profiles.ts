import type { Profiles, ProfilesOptions } from '../access/profiles.ts'
import type { Config } from '../config/config.ts'
import type { RouteBuild } from './compile-route.ts'

/**
 * The profiles of a configuration; undefined where it has none. They outlive a reload that leaves them alone.
 */
export function profilesOf({ config, runtime, releases }: RouteBuild): Profiles | undefined {
  const options = profilesOptions(config)
  const { createProfiles, profiles, log, meters } = runtime
  if (options === undefined || createProfiles === undefined) return undefined
  const failures = meters.counter('scopegate_issuer_failures_total', options.issuer)
  const key = JSON.stringify(options)
  releases.push(() => profiles.release(key))
  return profiles.acquire(key, () => createProfiles(options, { log, failures }))
}

function profilesOptions({ identity, issuers, logto }: Config): ProfilesOptions | undefined {
  const issuer = issuers.get(logto?.issuer ?? '')
  if (identity.profile === undefined || logto?.management === undefined || issuer === undefined)
    return undefined
  const { proxy, tls } = issuer
  const { endpoint, resource, management } = logto
  return {
    issuer: issuer.issuer,
    connection: { ...(proxy !== undefined && { proxy }), ...(tls !== undefined && { tls }) },
    headers: identity.profile,
    logto: { endpoint, resource, management },
  }
}
