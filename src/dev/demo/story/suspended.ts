import { request as httpRequest, type IncomingMessage } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { managementAccount, managementResource } from '../../logto/data.ts'
import { requestToken } from '../sign-in.ts'
import { reached, refused } from './expectation.ts'
import { play, playRefusedSignIn, type Scene, type StoryLine, scope, signInAs } from './story-line.ts'

export type SuspendedStory = {
  readonly lines: readonly StoryLine[]
  /** alice's new ones. */
  readonly tokens: { readonly alice: string; readonly opaque: string }
}

/** alice is suspended while an event stream of hers is open, and let in again. */
export async function playSuspended(scene: Scene, token: string): Promise<SuspendedStory> {
  const { alice } = scene
  const stream = await openStream(scene, token)
  await setSuspended(scene, true)
  const lines = [
    await playEnd(stream),
    await play(scene, {
      who: 'alice',
      request: 'GET /todos',
      token,
      holds: refused(401, 'invalid_token'),
      why: 'Logto told it: her token counts no more',
    }),
    await playRefusedSignIn(scene, alice, { error: 'sign_in_failed', why: 'nor does she get another one' }),
  ]
  await setSuspended(scene, false)
  // A token of the second in which she was suspended might be from before.
  await wait(1000 - (Date.now() % 1000))
  const { access_token: fresh } = await signInAs(scene, alice)
  const back = await play(scene, {
    who: 'alice',
    request: 'GET /todos',
    token: fresh,
    holds: reached(alice.id, 'read'),
    why: 'let in again, with a new token',
  })
  const opaque = await signInAs(scene, alice, { scope: `openid ${scope}` })
  return { lines: [...lines, back], tokens: { alice: fresh, opaque: opaque.access_token } }
}

function openStream({ gateway }: Scene, token: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    httpRequest(`${gateway}/todos/stream`, { headers }, resolve).on('error', reject).end()
  })
}

/** The longest time from the suspension to the end of the stream, in milliseconds. */
const endsWithinMs = 1000

async function playEnd(stream: IncomingMessage): Promise<StoryLine> {
  const ended = new Promise((resolve) => stream.once('end', resolve).resume()).then(() => true)
  const isInTime = await Promise.race([ended, wait(endsWithinMs, false)])
  stream.destroy()
  return {
    who: 'alice',
    request: 'her stream',
    result: isInTime ? 'end' : 'no',
    why: 'suspended: it ended within a second',
    said: 'GET /todos/stream, open until then',
    detail: undefined,
    expected: isInTime && stream.statusCode === 200,
  }
}

/** The call that Logto's console makes. */
async function setSuspended({ logto, alice }: Scene, isSuspended: boolean): Promise<void> {
  const { access_token: token } = await requestToken(logto, managementAccount.id, {
    grant_type: 'client_credentials',
    resource: managementResource,
    scope: 'all',
  })
  const response = await fetch(`${logto.origin}/api/users/${alice.id}/is-suspended`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ isSuspended }),
  })
  if (!response.ok) throw new Error(`Logto answered ${response.status} to a change of a user`)
}
