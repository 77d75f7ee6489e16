import { isJsonObject } from '../issuer/json-object.ts'
import type { Management } from './management.ts'
import { ManagementFault } from './management-fault.ts'

/** Reads a part of what Logto says of a user. Rejects with a `ManagementFault`. */
export type ReadUser = (management: Management, subject: string) => Promise<Record<string, unknown>>

/** Everything but the roles. */
export const readUser: ReadUser = async (management, subject) => {
  const path = `users/${encodeURIComponent(subject)}`
  const user = await management.read(path)
  if (isJsonObject(user) && user['id'] === subject) return user
  throw ManagementFault.ofShape(`GET /api/${path}`, 'is not about this user')
}

/** The names of the roles alone, as `roles`. */
export const readRoles: ReadUser = async (management, subject) => {
  const path = `users/${encodeURIComponent(subject)}/roles`
  const roles = await management.readAll(path)
  const names = roles.map((role) => (isJsonObject(role) ? role['name'] : undefined))
  if (names.every((name) => typeof name === 'string')) return { roles: names }
  throw ManagementFault.ofShape(`GET /api/${path}`, 'is no list of roles')
}
