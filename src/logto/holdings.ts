import type { Questions } from './user-answers.ts'
import type { Holdings } from './watched-users.ts'

/** The holdings of users, and the time of the last answer that told them, by Logto's clock. */
export type HoldingsFound = {
  readonly of: ReadonlyMap<string, Holdings>
  readonly dateMs: number | undefined
  /** False when a list changed while it was read, so that it may lack somebody. */
  readonly isWhole: boolean
}

/** Whether memberships and roles within organizations count too. */
export type Scope = { readonly organizations: boolean }

/** Of one user, in one call for his roles and another for his organizations. */
export async function holdingsOfUser(
  subject: string,
  questions: Questions,
  { organizations }: Scope,
): Promise<HoldingsFound> {
  const roles = await questions.rolesOf(subject)
  const held = new Set(roles.value.map(({ id }) => `role ${id}`))
  if (!organizations) return { of: new Map([[subject, held]]), ...about(roles) }
  const joined = await questions.organizationsOf(subject)
  for (const { id, organizationRoles } of joined.value) addMembership(held, id, organizationRoles)
  return { of: new Map([[subject, held]]), dateMs: joined.dateMs, isWhole: roles.isWhole }
}

/**
 * Of all these users by the lists of members, where that takes fewer calls than asking about each; undefined
 * where it does not.
 */
export async function holdingsByLists(
  subjects: readonly string[],
  questions: Questions,
  { organizations }: Scope,
): Promise<HoldingsFound | undefined> {
  const most = subjects.length * (organizations ? 2 : 1)
  const listed = await questions.roles()
  const roles = listed.value.filter(({ usersCount }) => usersCount !== 0)
  const count = organizations ? await questions.organizationCount() : 0
  const calls = roles.reduce((sum, { usersCount = 1 }) => sum + Math.ceil(usersCount / 100), count ?? most)
  if (calls >= most) return undefined

  const of = new Map(subjects.map((subject) => [subject, new Set<string>()]))
  const lists: About[] = [listed]
  for (const { id } of roles) {
    const users = await questions.usersOf(id)
    for (const user of users.value) of.get(user.id)?.add(`role ${id}`)
    lists.push(users)
  }
  if (count !== 0) lists.push(...(await addMemberships(of, questions)))
  return { of, dateMs: lists.at(-1)?.dateMs, isWhole: lists.every(({ isWhole }) => isWhole) }
}

type About = Pick<HoldingsFound, 'dateMs' | 'isWhole'>

function about({ dateMs, isWhole }: About): About {
  return { dateMs, isWhole }
}

async function addMemberships(of: ReadonlyMap<string, Set<string>>, questions: Questions): Promise<About[]> {
  const organizations = await questions.organizations()
  const lists: About[] = [organizations]
  for (const { id } of organizations.value) {
    const members = await questions.membersOf(id)
    for (const { id: userId, organizationRoles } of members.value) {
      const held = of.get(userId)
      if (held !== undefined) addMembership(held, id, organizationRoles)
    }
    lists.push(members)
  }
  return lists
}

function addMembership(held: Set<string>, organizationId: string, roles: readonly { id: string }[]): void {
  held.add(`organization ${organizationId}`)
  for (const { id } of roles) held.add(`organization ${organizationId} role ${id}`)
}
