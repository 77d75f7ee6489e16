import * as v from 'valibot'
import type { LogtoConfig, WantedApplication, WantedUser } from '../config/logto-config.ts'
import { findApplication } from './find-application.ts'
import type { Management } from './management.ts'
import { ManagementFault } from './management-fault.ts'
import {
  type Application,
  application,
  consent,
  hook,
  type Role,
  resource,
  role,
  roleScope,
  type Tenant,
  type User,
  user,
} from './tenant.ts'

/** Reads with GET alone, one call at a time. Rejects with a `ManagementFault`. */
export async function readTenant(management: Management, config: LogtoConfig): Promise<Tenant> {
  const { wanted } = config
  const resources = await readList(management, 'resources?includeScopes=true', resource)
  const roles = await readRoles(management, config)
  const applications = await readApplications(management, config)
  const users = new Map<string, User[]>()
  for (const named of wanted.users) users.set(named.name, await readUsers(management, named))
  const hooks = wanted.webhook === undefined ? [] : await readList(management, 'hooks', hook)
  return { resources, roles, applications, users, hooks }
}

async function readRoles(management: Management, { wanted }: LogtoConfig): Promise<Role[]> {
  const roles = await readPages(management, 'roles', role)
  const names = new Set(wanted.roles.map(({ name }) => name))
  const read: Role[] = []
  for (const found of roles) {
    const isNamed = names.has(found.name)
    const scopes = isNamed ? await readList(management, `roles/${found.id}/scopes`, roleScope) : []
    read.push({ ...found, scopeIds: scopes.map(({ id }) => id) })
  }
  return read
}

async function readApplications(management: Management, config: LogtoConfig): Promise<Application[]> {
  const found = await readList(management, 'applications', application)
  const read = new Map<string, Application>(found.map((one) => [one.id, one]))
  for (const wanted of config.wanted.applications) {
    const match = findApplication(wanted.name, found, config.lock)
    if (match.kind === 'found')
      read.set(match.application.id, await readDetails(management, wanted, match.application))
  }
  return [...read.values()]
}

async function readDetails(
  management: Management,
  wanted: WantedApplication,
  found: Application,
): Promise<Application> {
  const path = `applications/${found.id}`
  const isMachine = found.type === 'MachineToMachine' && wanted.type === found.type
  const roleIds = isMachine
    ? (await readPages(management, `${path}/roles`, role)).map(({ id }) => id)
    : undefined
  const isConsented = found.isThirdParty && wanted.isThirdParty
  const consented = isConsented
    ? decode(
        consent,
        await management.read(`${path}/user-consent-scopes`),
        `GET /api/${path}/user-consent-scopes`,
      )
    : undefined
  return {
    ...found,
    ...(roleIds && { roleIds }),
    ...(consented && {
      consentIds: consented.resourceScopes.flatMap(({ scopes }) => scopes.map(({ id }) => id)),
    }),
  }
}

/** Logto searches without regard to case, so what it finds is compared once more. */
async function readUsers(management: Management, { name }: WantedUser): Promise<User[]> {
  const field = name.includes('@') ? 'primaryEmail' : 'username'
  const query = `search.${field}=${encodeURIComponent(name)}&mode.${field}=exact&isCaseSensitive=true`
  const users = await readPages(management, `users?${query}`, user)
  const read: User[] = []
  for (const found of users.filter((candidate) => candidate[field] === name)) {
    const roles = await readPages(management, `users/${found.id}/roles`, role)
    read.push({ ...found, roleIds: roles.map(({ id }) => id) })
  }
  return read
}

async function readList<T extends v.GenericSchema>(
  management: Management,
  path: string,
  schema: T,
): Promise<v.InferOutput<T>[]> {
  return decode(v.array(schema), await management.read(path), `GET /api/${path}`)
}

async function readPages<T extends v.GenericSchema>(
  management: Management,
  path: string,
  schema: T,
): Promise<v.InferOutput<T>[]> {
  return decode(v.array(schema), await management.readAll(path), `GET /api/${path}`)
}

function decode<T extends v.GenericSchema>(schema: T, value: unknown, call: string): v.InferOutput<T> {
  const parsed = v.safeParse(schema, value)
  if (parsed.success) return parsed.output
  const at = v.getDotPath(parsed.issues[0]) ?? ''
  throw ManagementFault.ofShape(call, `is not what Logto answers${at && ` (${at})`}`)
}
