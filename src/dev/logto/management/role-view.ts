import type { Role } from '../data.ts'
import type { Objects } from './objects.ts'

export function roleView(objects: Objects, role: Role) {
  const { name, description = name, type = 'User', isDefault = false } = role
  return { tenantId: 'default', id: objects.roleId(role), name, description, type, isDefault }
}
