import { exampleResource, type User } from '../logto/data.ts'
import type { StandInLogto } from '../logto/stand-in-logto.ts'
import { type Expectation, lacksScope, reached, refused } from './expectation.ts'
import { type Call, describeResponse, send } from './observed.ts'
import { requestToken, SignInRefused, signIn } from './sign-in.ts'

/** One line of the demo: what was tried, what came back, and whether that is what had to come back. */
export type StoryLine = {
  readonly who: string
  readonly request: string
  /** The status, or `no` where there was no response of the gateway. */
  readonly result: string
  readonly why: string
  /** The code of a refusal, or the headers that the API saw. */
  readonly said: string
  /** The gateway's own words about a refusal, where the story quotes them. */
  readonly detail: string | undefined
  readonly expected: boolean
}

export type Story = {
  readonly lines: readonly StoryLine[]
  /** For commands to paste afterwards. */
  readonly tokens: { readonly alice: string; readonly opaque: string }
}

/** Plays the founding story over HTTP: sign-ins at the authorization server, requests at the gateway. */
export async function playStory(logto: StandInLogto, gateway: string): Promise<Story> {
  const { alice, bob } = heroes(logto)
  const tokens = await obtainTokens(logto, alice)
  const lines: StoryLine[] = []
  for (const step of steps(alice.id, tokens)) lines.push(await play(gateway, step))
  return { lines: lines.toSpliced(2, 0, await signInAsStranger(logto, bob)), tokens }
}

function heroes({ data }: StandInLogto): { alice: User; bob: User } {
  const [alice, bob] = data.users
  if (alice === undefined || bob === undefined) throw new Error('the story needs alice and bob')
  return { alice, bob }
}

/** ChatGPT asks for both scopes and sends no `resource`. */
const scope = 'read write'

type Tokens = Story['tokens'] & Record<'machine' | 'expired' | 'foreign', string>

async function obtainTokens(logto: StandInLogto, alice: User): Promise<Tokens> {
  const [user, opaque, machine] = await Promise.all([
    signIn(logto, { ...alice, scope }),
    signIn(logto, { ...alice, scope: `openid ${scope}` }),
    requestToken(logto, 'nightly-job', { grant_type: 'client_credentials', scope }),
  ])
  return {
    alice: user.access_token,
    opaque: opaque.access_token,
    machine: machine.access_token,
    ...(await mintOddTokens(logto, alice.id)),
  }
}

type Step = Expectation & Pick<Call, 'token' | 'headers'> & { readonly who: string; readonly request: string }

const spoofed = { 'x-user-id': 'root', X_User_Id: 'root' }

function steps(aliceId: string, tokens: Tokens): Step[] {
  const alice = { who: 'alice', token: tokens.alice }
  const invalid = { who: 'alice', request: 'GET /todos', holds: refused(401, 'invalid_token') }
  return [
    { ...alice, request: 'GET /todos', holds: reached(aliceId, 'read'), why: 'her role grants read' },
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
      holds: reached(aliceId, 'read'),
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

async function play(gateway: string, step: Step): Promise<StoryLine> {
  const [method = '', path = ''] = step.request.split(' ')
  const observed = await send(gateway, { ...step, method, path })
  return {
    who: step.who,
    request: step.request,
    result: String(observed.status),
    why: step.why,
    said: describeResponse(observed),
    detail: step.detailed === true ? String(observed.body['detail']) : undefined,
    expected: step.holds(observed),
  }
}

/**
 * Tokens that Logto has signed and the gateway must refuse: one is too old, the other was made for another
 * API.
 */
async function mintOddTokens(
  logto: StandInLogto,
  sub: string,
): Promise<{ expired: string; foreign: string }> {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    jti: 'demo',
    sub,
    scope: 'read',
    client_id: 'chatgpt',
    iss: logto.issuer,
    aud: exampleResource,
    iat: now - 7200,
    exp: now - 3600,
  }
  const expired = await logto.mint(claims)
  const foreign = await logto.mint({ ...claims, aud: 'https://other.example/', iat: now, exp: now + 3600 })
  return { expired, foreign }
}

/** Here the authorization server itself refuses, before there is any token. */
async function signInAsStranger(logto: StandInLogto, user: User): Promise<StoryLine> {
  const outcome = await signIn(logto, { ...user, scope }).catch((error: unknown) => error)
  const expected = outcome instanceof SignInRefused && outcome.error === 'access_denied'
  return {
    who: user.username,
    request: 'sign-in',
    result: outcome instanceof SignInRefused ? 'no' : 'yes',
    why: 'he has no role, so Logto grants nothing',
    said: outcome instanceof SignInRefused ? outcome.error : 'an access token',
    detail: undefined,
    expected,
  }
}
