import { basename } from 'node:path'
import * as v from 'valibot'
import type { LogtoLock } from '../logto-config.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { Context } from './context.ts'

const lockSchema = v.object({
  endpoint: v.string(),
  applications: v.record(v.string(), v.string()),
  resources: v.record(v.string(), v.string()),
})

/** `gateway.yaml` → `gateway.logto.json` */
export function lockFileOf(fileName: string): string {
  return `${fileName.replace(/\.ya?ml$/i, '')}.logto.json`
}

/** The lock's content, `absent`, or `damaged`. It is watched like the file, also while it is absent. */
export function readLock({
  input,
  files,
  fileName,
}: Omit<Context, 'lock'>): LogtoLock | 'absent' | 'damaged' {
  if (input.logto === undefined) return 'absent'
  const content = files.read(lockFileOf(fileName), 'run scopegate logto apply')
  if ('fault' in content) return content.fault.kind === 'missing' ? 'absent' : 'damaged'
  try {
    return v.parse(lockSchema, JSON.parse(content.bytes.toString('utf8')))
  } catch {
    return 'damaged'
  }
}

/**
 * A list of clients, with the ids of applications that the file names. An entry that is a key of
 * `logto.applications` means that application and nothing else; any other is a `client_id` as it is written.
 */
export function clientIds(entries: readonly string[], at: KeyPath, context: Context): readonly string[] {
  return entries.map((entry, i) => clientId(entry, [...at, i], context))
}

/** One client, by the name of an application of the file or by its id. */
export function clientId(entry: string, at: KeyPath, context: Context): string {
  const { input, issues, isProvisioning } = context
  if (!Object.hasOwn(input.logto?.applications ?? {}, entry)) return entry
  const found = idOf(entry, context)
  if ('id' in found) return found.id
  if (!isProvisioning) issues.error(at, `${found.problem}: run scopegate logto apply`)
  return entry
}

type Found = { readonly id: string } | { readonly problem: string }

function idOf(name: string, { lock, input, fileName }: Context): Found {
  const lockName = basename(lockFileOf(fileName))
  if (lock === 'damaged')
    return { problem: `${lockName} is damaged, so the id of this application is unknown` }
  const tenant = tenantOf(input)
  if (lock === 'absent' || !Object.hasOwn(lock.applications, name))
    return { problem: `this application has no id in ${lockName} yet` }
  if (tenant !== undefined && lock.endpoint !== tenant)
    return { problem: `${lockName} is of another tenant than ${tenant}` }
  const [other] = Object.entries(lock.applications).find(([key, id]) => key !== name && id === name) ?? []
  if (other !== undefined)
    return { problem: `this name is also the id of the application ${other} in ${lockName}: rename it, then` }
  return { id: lock.applications[name] ?? '' }
}

/** The address of the tenant that `logto:` is about; undefined when none or several could be meant. */
export function tenantOf(input: Context['input']): string | undefined {
  const { issuer, issuers = {}, logto } = input
  const named = { ...(issuer !== undefined && { default: issuer }), ...issuers }
  const chosen = Object.entries(named).filter(([name, { logto: address }]) =>
    logto?.issuer === undefined ? address !== undefined : name === logto.issuer,
  )
  return chosen.length === 1 ? chosen[0]?.[1].logto : undefined
}
