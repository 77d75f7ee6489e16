import type { LogtoLock } from '../config/logto-config.ts'
import type { Application } from './tenant.ts'

/** The member of an application's custom data that says which application of a file it is. */
export const markName = 'scopegate'

export type ApplicationMatch =
  | { readonly kind: 'found'; readonly application: Application; readonly isMarked: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly ids: readonly string[] }

/** By the lock's id, then by the mark, then by the name, which Logto gives to as many as ask for it. */
export function findApplication(
  name: string,
  applications: readonly Application[],
  lock: LogtoLock | undefined,
): ApplicationMatch {
  const id =
    lock !== undefined && Object.hasOwn(lock.applications, name) ? lock.applications[name] : undefined
  const locked = applications.find((candidate) => candidate.id === id)
  if (locked !== undefined) return found(locked, name)
  const marked = applications.filter((candidate) => candidate.customData[markName] === name)
  const called = applications.filter(
    (candidate) => candidate.name === name && candidate.customData[markName] === undefined,
  )
  const candidates = marked.length > 0 ? marked : called
  const [first, ...more] = candidates
  if (first === undefined) return { kind: 'none' }
  return more.length > 0 ? { kind: 'several', ids: candidates.map((one) => one.id) } : found(first, name)
}

function found(application: Application, name: string): ApplicationMatch {
  return { kind: 'found', application, isMarked: application.customData[markName] === name }
}
