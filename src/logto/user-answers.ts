import * as v from 'valibot'
import type { Dated, Management } from './management.ts'
import { ManagementFault } from './management-fault.ts'

/** A value of Logto, and by its clock when it was told. */
export type Told<T> = { readonly value: T; readonly dateMs: number | undefined }

/** `isWhole`: it has as many entries as Logto says; otherwise it changed while its pages were read. */
export type ToldList<T> = Told<T[]> & { readonly isWhole: boolean }

const withId = v.object({ id: v.string() })
const user = v.object({ id: v.string(), isSuspended: v.boolean() })
const member = v.object({ id: v.string(), organizationRoles: v.optional(v.array(withId), []) })
const role = v.object({ id: v.string(), usersCount: v.optional(v.number()) })

const kindOfRole = v.object({ type: v.string() })

export type User = v.InferOutput<typeof user>
export type Member = v.InferOutput<typeof member>
export type Role = v.InferOutput<typeof role>

/**
 * The questions about users that `revocation.poll` asks. Each rejects with a `ManagementFault`, or with the
 * reason of the signal: then nothing may be done about an answer any more.
 */
export function askAboutUsers(management: Management, signal: AbortSignal) {
  async function ask<T extends v.GenericSchema>(path: string, schema: T): Promise<Told<v.InferOutput<T>>> {
    signal.throwIfAborted()
    const answer = await management.readDated(path)
    signal.throwIfAborted()
    return decoded(path, schema, answer)
  }

  async function askAll<T extends v.GenericSchema>(
    path: string,
    schema: T,
  ): Promise<ToldList<v.InferOutput<T>>> {
    signal.throwIfAborted()
    const answer = await management.readAllDated(path)
    signal.throwIfAborted()
    return { ...decoded(path, v.array(schema), answer), isWhole: answer.body.length === answer.total }
  }

  return {
    /** Those of these users whom Logto finds, at most a hundred at a time. */
    users(subjects: readonly string[]): Promise<Told<User[]>> {
      const query = new URLSearchParams({ 'mode.id': 'exact', isCaseSensitive: 'true' })
      for (const subject of subjects) query.append('search.id', subject)
      return ask(`users?${query}&page=1&page_size=100`, v.array(user))
    },
    user: (subject: string) => ask(`users/${segment(subject)}`, user),
    rolesOf: (subject: string) => askAll(`users/${segment(subject)}/roles`, withId),
    organizationsOf: (subject: string) => ask(`users/${segment(subject)}/organizations`, v.array(member)),
    roles: () => askAll('roles?type=User', role),
    async pageOfUsers(roleId: string, page: number) {
      const path = `roles/${segment(roleId)}/users?page=${page}&page_size=100`
      signal.throwIfAborted()
      const answer = await management.readDated(path)
      return { ...decoded(path, v.array(withId), answer), total: answer.total }
    },
    role: (roleId: string) => ask(`roles/${segment(roleId)}`, kindOfRole),
    usersOf: (roleId: string) => askAll(`roles/${segment(roleId)}/users`, withId),
    /** How many there are; undefined when Logto does not say it. */
    async organizationCount(): Promise<number | undefined> {
      return (await management.readDated('organizations?page=1&page_size=1')).total
    },
    organizations: () => askAll('organizations', withId),
    membersOf: (organizationId: string) => askAll(`organizations/${segment(organizationId)}/users`, member),
  }
}

export type Questions = ReturnType<typeof askAboutUsers>

/** The most users that one question may name. */
export const usersAtOnce = 100

/** False for a text that would make another path: a URL has no such segments. */
export function canBeAskedAbout(subject: string): boolean {
  return subject !== '.' && subject !== '..'
}

/** Half of a surrogate pair, which `encodeURIComponent` throws at, becomes another character. */
function segment(id: string): string {
  return encodeURIComponent(Buffer.from(id).toString())
}

function decoded<T extends v.GenericSchema>(
  path: string,
  schema: T,
  { body, dateMs }: Dated,
): Told<v.InferOutput<T>> {
  const parsed = v.safeParse(schema, body)
  if (parsed.success) return { value: parsed.output, dateMs }
  const [where = ''] = path.split('?')
  throw ManagementFault.ofShape(`GET /api/${where}`, 'is not what Logto answers')
}
