import { randomBytes } from 'node:crypto'
import type { Application, User } from '../data.ts'
import { userInfo } from '../management/user-view.ts'
import type { Caller } from '../webhooks/caller.ts'
import type { HookEvent } from '../webhooks/hook-event.ts'

/** The event of a sign-in, whose members are others than those of a change. */
export function signInEvent(user: User, application: Application | undefined, caller: Caller): HookEvent {
  return {
    event: 'PostSignIn',
    interactionEvent: 'SignIn',
    createdAt: new Date().toISOString(),
    sessionId: randomBytes(16).toString('base64url'),
    userAgent: caller.userAgent,
    userId: user.id,
    userIp: caller.ip,
    user: userInfo(user),
    application: application && applicationInfo(application),
  }
}

function applicationInfo({ id, type, name, description = '' }: Application) {
  return { id, type, name, description }
}
