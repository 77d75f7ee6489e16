import type { Config } from '../config/config.ts'

/** Throws when a reload would change what only a start can set. */
export function refuseFixedAtStart(old: Config, next: Config): void {
  const fixed = (config: Config) =>
    JSON.stringify([
      config.listen,
      config.admin,
      config.tls ?? null,
      config.limits.headerBytes,
      config.tokens.cacheMaxEntries,
      config.log.format,
      config.workers,
    ])
  if (fixed(old) === fixed(next)) return
  throw new Error(
    'listen, admin.listen, tls, limits.headerBytes, tokens.cache, log.format and workers need a restart; nothing was changed',
  )
}
