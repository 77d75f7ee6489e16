import type { LogtoConfig } from '../config/logto-config.ts'
import type { IssuerConnection } from '../issuer/options.ts'
import { createManagement } from './management.ts'
import { askAboutUsers } from './user-answers.ts'

/** Who has a role, by the Management API. */
export type RoleMembers = {
  /**
   * The ids of all of them. Rejects when they are more than can be listed soon, when Logto does not tell, and
   * for a role of machines, which no user has and which is not without holders because of that.
   */
  find(roleId: string): Promise<readonly string[]>
  close(): void
}

/** Pages of a hundred. A Logto that is near needs 5 ms for each, and all must be there within 700 ms. */
const mostPages = 50

export function createRoleMembers(
  logto: Pick<LogtoConfig, 'endpoint' | 'resource' | 'management'>,
  connection: IssuerConnection,
): RoleMembers {
  const management = createManagement(logto, connection, { maxSockets: 4, patience: 0 })
  const closed = new AbortController()
  const questions = askAboutUsers(management, closed.signal)

  async function refuseMachines(roleId: string): Promise<void> {
    const { value } = await questions.role(roleId)
    if (value.type !== 'User') throw new Error('machines have it, and no users')
  }

  return {
    async find(roleId) {
      const first = await questions.pageOfUsers(roleId, 1)
      if (first.total === 0) await refuseMachines(roleId)
      const pages = Math.ceil((first.total ?? Number.POSITIVE_INFINITY) / 100)
      if (pages > mostPages) throw new Error(`more than ${mostPages * 100} users have it`)
      const others = Array.from({ length: Math.max(0, pages - 1) }, (_, i) => i + 2)
      const rest = await Promise.all(others.map((page) => questions.pageOfUsers(roleId, page)))
      return [first, ...rest].flatMap(({ value }) => value.map(({ id }) => id))
    },
    close() {
      closed.abort()
      management.close()
    },
  }
}
