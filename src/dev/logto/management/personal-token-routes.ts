import { randomBytes } from 'node:crypto'
import type { PersonalAccessToken, User } from '../data.ts'
import { badInput, notThere, Refusal } from './reply.ts'
import type { Routes } from './route.ts'

/** The personal access tokens of users. A list shows their values, as Logto's does. */
export const personalTokenRoutes: Routes = (objects) => [
  {
    method: 'GET',
    path: 'users/:userId/personal-access-tokens',
    handle({ ids: [id] }) {
      const user = objects.user(id)
      return { status: 200, body: tokensOf(user).map((token) => tokenView(user, token)) }
    },
  },
  {
    method: 'POST',
    path: 'users/:userId/personal-access-tokens',
    handle({ ids: [id], body: { name, expiresAt } }) {
      const user = objects.user(id)
      requireName(user, name)
      const value = `pat_${randomBytes(24).toString('base64url')}`
      const expiry = typeof expiresAt === 'number' && { expiresAt }
      const token = { name, value, createdAt: Date.now(), ...expiry }
      tokensOf(user).push(token)
      return { status: 201, body: tokenView(user, token) }
    },
  },
  {
    method: 'PATCH',
    path: 'users/:userId/personal-access-tokens/:name',
    handle({ ids: [id, current], body: { name } }) {
      const user = objects.user(id)
      const token = tokenOf(user, current)
      requireName(user, name)
      token.name = name
      return { status: 200, body: tokenView(user, token) }
    },
  },
  {
    method: 'DELETE',
    path: 'users/:userId/personal-access-tokens/:name',
    handle({ ids: [id, name] }) {
      const user = objects.user(id)
      const tokens = tokensOf(user)
      tokens.splice(tokens.indexOf(tokenOf(user, name)), 1)
      return { status: 204 }
    },
  },
]

function tokensOf(user: User): PersonalAccessToken[] {
  user.personalAccessTokens ??= []
  return user.personalAccessTokens
}

function tokenOf(user: User, name: string | undefined): PersonalAccessToken {
  const token = tokensOf(user).find((candidate) => candidate.name === decodeURIComponent(name ?? ''))
  if (token === undefined) throw notThere()
  return token
}

function tokenView({ id: userId }: User, { name, value, createdAt = 0, expiresAt }: PersonalAccessToken) {
  return { tenantId: 'default', userId, name, value, createdAt, expiresAt: expiresAt ?? null }
}

function requireName(user: User, name: unknown): asserts name is string {
  if (typeof name !== 'string' || name === '') throw badInput('Error in request body: name.')
  if (tokensOf(user).some((token) => token.name === name))
    throw new Refusal(422, 'user.personal_access_token_name_exists', 'Personal access token name exists.')
}
