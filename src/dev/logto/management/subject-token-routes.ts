import { newId } from './objects.ts'
import { Refusal } from './reply.ts'
import type { Routes } from './route.ts'

/** Seconds. */
const expiresIn = 600

/** Tokens of impersonation. They can be made for a suspended user too, and then are of no use. */
export const subjectTokenRoutes: Routes = ({ data }) => [
  {
    method: 'POST',
    path: 'subject-tokens',
    handle({ body: { userId } }) {
      const user = data.users.find(({ id }) => id === userId)
      if (user === undefined)
        throw new Refusal(404, 'entity.relation_foreign_key_not_found', 'The related entity does not exist.')
      const value = `sub_${newId()}`
      const token = { value, userId: user.id, expiresAt: Date.now() + expiresIn * 1000 }
      data.subjectTokens = [...(data.subjectTokens ?? []), token]
      return { status: 201, body: { subjectToken: value, expiresIn } }
    },
  },
]
