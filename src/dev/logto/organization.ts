/** An organization, with its members and what they are in it. */
export type Organization = {
  id: string
  name: string
  description?: string
  customData?: Record<string, unknown>
  /** Names of organization roles by the id of a user. */
  members: Record<string, string[]>
  /** Names of organization roles by the id of a machine's application. */
  machines?: Record<string, string[]>
}

/** One role of the template that all organizations share. */
export type OrganizationRole = {
  name: string
  description?: string
  /** Default: for users */
  type?: 'User' | 'MachineToMachine'
  /** Names of organization scopes, which only tokens for the organization itself hold. */
  scopes: string[]
  /** Names of permissions by resource indicator. */
  permissions: Record<string, string[]>
}

export type OrganizationScope = { name: string; description?: string }
