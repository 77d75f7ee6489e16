import type { Config } from '../config/config.ts'

/** The keys that only a start can set, each with its value. */
const fixedKeys: readonly (readonly [key: string, read: (config: Config) => unknown])[] = [
  ['listen', ({ listen }) => listen],
  ['admin.listen', ({ admin }) => admin.listen],
  ['tls', ({ tls }) => tls ?? null],
  ['limits.headerBytes', ({ limits }) => limits.headerBytes],
  ['tokens.cache', ({ tokens }) => tokens.cacheMaxEntries],
  ['log.format', ({ log }) => log.format],
  ['revocation.file', ({ revocation }) => revocation?.file ?? null],
  ['workers', ({ workers }) => workers],
]

/** Throws when a reload would change keys that only a start can set. The error names them. */
export function refuseFixedAtStart(old: Config, next: Config): void {
  const changed = fixedKeys
    .filter(([, read]) => JSON.stringify(read(old)) !== JSON.stringify(read(next)))
    .map(([key]) => key)
  if (changed.length === 0) return
  const isPlural = changed.length > 1 || changed[0] === 'workers'
  const names = [changed.slice(0, -1).join(', '), changed.at(-1)].filter((part) => part !== '').join(' and ')
  throw new Error(`${names} ${isPlural ? 'need' : 'needs'} a restart; nothing was changed`)
}
