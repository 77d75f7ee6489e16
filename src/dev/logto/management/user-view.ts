import type { User } from '../data.ts'

/** In milliseconds. Nobody looks at when the users of a stand-in were made. */
const startedAt = Date.now()

/** A user as the events of webhooks and lists show them. */
export function userInfo(user: User) {
  const { id, username, email, phone, name, avatar, customData = {}, profile = {} } = user
  return {
    id,
    username: orNull(username),
    primaryEmail: orNull(email),
    primaryPhone: orNull(phone),
    name: orNull(name),
    avatar: orNull(avatar),
    customData,
    identities: {},
    lastSignInAt: null,
    createdAt: startedAt,
    updatedAt: startedAt,
    profile,
    applicationId: null,
    isSuspended: user.isSuspended ?? false,
  }
}

export function userProfile(user: User) {
  return { ...userInfo(user), hasPassword: user.password !== '' }
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text
}
