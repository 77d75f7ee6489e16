import { isJsonObject } from '../../../issuer/json-object.ts'
import type { LogtoData, User } from '../data.ts'
import { newId } from './objects.ts'
import { badInput, pageOf, Refusal } from './reply.ts'
import type { Routes } from './route.ts'
import { userInfo, userProfile } from './user-view.ts'

/** Users, without what they hold. */
export const userRoutes: Routes = (objects) => {
  const { data } = objects
  return [
    {
      method: 'GET',
      path: 'users',
      handle: ({ query }) => pageOf(data.users.filter(isSearched(query)).map(userInfo), query),
    },
    {
      method: 'GET',
      path: 'users/:userId',
      handle: ({ ids: [id] }) => ({ status: 200, body: userProfile(objects.user(id)) }),
    },
    {
      method: 'POST',
      path: 'users',
      handle({ body }) {
        requireFree(data, body)
        const id = newId().slice(0, 12)
        const roles = data.roles.filter(({ isDefault }) => isDefault === true).map(({ name }) => name)
        const user: User = { id, username: '', password: '', name: '', email: '', roles }
        setMembers(user, body)
        if (typeof body['password'] === 'string') user.password = body['password']
        data.users.push(user)
        return { status: 200, body: userProfile(user) }
      },
    },
    {
      method: 'PATCH',
      path: 'users/:userId',
      handle({ ids: [id], body }) {
        const user = objects.user(id)
        requireFree(data, body, user)
        setMembers(user, body)
        return { status: 200, body: userProfile(user) }
      },
    },
    {
      method: 'DELETE',
      path: 'users/:userId',
      handle({ ids: [id] }) {
        const user = objects.user(id)
        data.users.splice(data.users.indexOf(user), 1)
        // As measured, the event holds no more of the user than the id.
        const event = { event: 'User.Deleted', members: { data: { id: user.id } } }
        return { status: 204, events: [event] }
      },
    },
    ...memberRoutes(objects),
  ]
}

const memberRoutes: Routes = (objects) => [
  {
    method: 'PATCH',
    path: 'users/:userId/is-suspended',
    handle({ ids: [id], body: { isSuspended } }) {
      const user = objects.user(id)
      if (typeof isSuspended !== 'boolean') throw badInput('Error in request body: isSuspended.')
      user.isSuspended = isSuspended
      return { status: 200, body: userProfile(user) }
    },
  },
  {
    method: 'PATCH',
    path: 'users/:userId/password',
    handle({ ids: [id], body: { password } }) {
      const user = objects.user(id)
      if (typeof password !== 'string' || password === '') throw badInput('Error in request body: password.')
      user.password = password
      return { status: 200, body: userProfile(user) }
    },
  },
  {
    method: 'GET',
    path: 'users/:userId/custom-data',
    handle: ({ ids: [id] }) => ({ status: 200, body: objects.user(id).customData ?? {} }),
  },
  {
    method: 'PATCH',
    path: 'users/:userId/custom-data',
    handle({ ids: [id], body: { customData } }) {
      const user = objects.user(id)
      if (!isJsonObject(customData)) throw badInput('Error in request body: customData.')
      user.customData = { ...user.customData, ...customData }
      return { status: 200, body: user.customData }
    },
  },
]

/** `search.username=alice&mode.username=exact` and the like. */
function isSearched(query: URLSearchParams): (user: User) => boolean {
  const fold = (text: string) => (query.get('isCaseSensitive') === 'true' ? text : text.toLowerCase())
  const isSame = (asked: string | null, text: string) => asked === null || fold(asked) === fold(text)
  const username = query.get('search.username')
  const email = query.get('search.primaryEmail')
  const ids = query.getAll('search.id')
  return (user) =>
    isSame(username, user.username) &&
    isSame(email, user.email) &&
    (ids.length === 0 || ids.includes(user.id))
}

type Body = Readonly<Record<string, unknown>>

function requireFree({ users }: LogtoData, { username, primaryEmail }: Body, self?: User): void {
  const others = users.filter((user) => user !== self)
  if (typeof username === 'string' && others.some((user) => user.username === username))
    throw new Refusal(422, 'user.username_already_in_use', 'This username is already in use.')
  if (typeof primaryEmail === 'string' && others.some((user) => user.email === primaryEmail))
    throw new Refusal(422, 'user.email_already_in_use', 'This email is associated with an existing account.')
}

/** Only the members that are named; `null` empties one. */
function setMembers(user: User, body: Body): void {
  const { username, primaryEmail, primaryPhone, name, avatar, customData, profile } = body
  const texts = { username, name, avatar, email: primaryEmail, phone: primaryPhone }
  const named = Object.entries(texts).filter(([, value]) => value !== undefined)
  Object.assign(user, Object.fromEntries(named.map(([key, value]) => [key, value === null ? '' : value])))
  if (isJsonObject(customData)) user.customData = customData
  if (isJsonObject(profile)) user.profile = profile
}
