import { exampleResource } from '../../logto/data.ts'
import { requestToken } from '../sign-in.ts'
import { lacksScope, reached, refused } from './expectation.ts'
import {
  play,
  playRefusedSignIn,
  type Scene,
  type Step,
  type StoryLine,
  scope,
  signInAs,
} from './story-line.ts'

export type FoundingStory = {
  readonly lines: readonly StoryLine[]
  /** alice's. */
  readonly tokens: { readonly alice: string; readonly opaque: string }
}

/** The founding story over HTTP: sign-ins at the authorization server, requests at the gateway. */
export async function playFounding(scene: Scene): Promise<FoundingStory> {
  const tokens = await obtainTokens(scene)
  const lines: StoryLine[] = []
  for (const step of steps(scene, tokens)) lines.push(await play(scene, step))
  const stranger = { error: 'access_denied', why: 'he has no role, so Logto grants nothing' }
  return { lines: lines.toSpliced(2, 0, await playRefusedSignIn(scene, scene.bob, stranger)), tokens }
}

type Tokens = FoundingStory['tokens'] & Record<'machine' | 'expired' | 'foreign', string>

async function obtainTokens(scene: Scene): Promise<Tokens> {
  const { logto, alice, clients } = scene
  const [user, opaque, machine] = await Promise.all([
    signInAs(scene, alice),
    signInAs(scene, alice, { scope: `openid ${scope}` }),
    requestToken(logto, clients.nightlyJob, { grant_type: 'client_credentials', scope }),
  ])
  return {
    alice: user.access_token,
    opaque: opaque.access_token,
    machine: machine.access_token,
    ...(await mintOddTokens(scene)),
  }
}

const spoofed = { 'x-user-id': 'root', X_User_Id: 'root' }

function steps({ alice: { id } }: Scene, tokens: Tokens): Step[] {
  const alice = { who: 'alice', token: tokens.alice }
  const invalid = { who: 'alice', request: 'GET /todos', holds: refused(401, 'invalid_token') }
  return [
    { ...alice, request: 'GET /todos', holds: reached(id, 'read'), why: 'her role grants read' },
    { ...alice, request: 'POST /todos', holds: lacksScope('write'), why: 'her role does not grant write' },
    {
      who: 'nightly-job',
      request: 'POST /todos',
      token: tokens.machine,
      holds: reached(undefined, scope, 201),
      why: 'a machine, no user, whose role grants both',
    },
    {
      who: 'nobody',
      request: 'GET /todos',
      holds: refused(401, 'token_missing'),
      why: 'no access token was sent',
    },
    {
      ...invalid,
      token: tokens.opaque,
      detailed: true,
      why: 'opaque, since openid was asked for too',
    },
    { ...invalid, token: tokens.expired, why: 'her access token expired an hour ago' },
    { ...invalid, token: tokens.foreign, why: 'her access token was issued for another API' },
    {
      ...alice,
      request: 'GET /me',
      headers: spoofed,
      holds: reached(id, 'read'),
      why: 'her X-User-Id: root never arrived',
    },
    {
      who: 'nobody',
      request: 'GET /health',
      headers: spoofed,
      holds: reached(undefined, undefined),
      why: 'public, and X-User-Id: root never arrived',
    },
    { ...alice, request: 'GET /secret', holds: refused(404, 'not_found'), why: 'no route names this path' },
  ]
}

/**
 * Tokens that Logto has signed and the gateway must refuse: one is too old, the other was made for another
 * API.
 */
async function mintOddTokens({
  logto,
  alice,
  clients,
}: Scene): Promise<{ expired: string; foreign: string }> {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    jti: 'demo',
    sub: alice.id,
    scope: 'read',
    client_id: clients.chatgpt,
    iss: logto.issuer,
    aud: exampleResource,
    iat: now - 7200,
    exp: now - 3600,
  }
  const expired = await logto.mint(claims)
  const foreign = await logto.mint({ ...claims, aud: 'https://other.example/', iat: now, exp: now + 3600 })
  return { expired, foreign }
}
