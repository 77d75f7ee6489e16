import type { CreateProfiles, Profiles } from '../access/profiles.ts'

/** Profiles whose code is loaded when a configuration asks for them: all others start without it. */
export const loadProfiles: CreateProfiles = (options, reports) => {
  let loaded: Profiles | undefined
  const loading = import('./profile.ts').then(({ createProfiles }) => {
    loaded = createProfiles(options, reports)
    return loaded
  })
  return {
    headersFor: (token, nowMs) =>
      loaded?.headersFor(token, nowMs) ?? loading.then((profiles) => profiles.headersFor(token, nowMs)),
    // Nobody is known before it is loaded.
    drop: (issuer, subject) => loaded?.drop(issuer, subject),
    clear: () => loaded?.clear(),
    close: () => void loading.then((profiles) => profiles.close()),
  }
}
