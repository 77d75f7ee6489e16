import type { StandInLogto } from '../../logto/stand-in-logto.ts'
import { type Call, describeResponse, send } from '../observed.ts'
import { type SignInOptions, SignInRefused, signIn, type TokenResponse } from '../sign-in.ts'
import type { Expectation } from './expectation.ts'

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

/** The places and people of the story. */
export type Scene = {
  readonly logto: StandInLogto
  /** Origin of the gateway. */
  readonly gateway: string
  readonly alice: Person
  readonly bob: Person
  /** The `client_id` of each application. */
  readonly clients: Readonly<Record<'chatgpt' | 'nightlyJob', string>>
}

export type Person = { readonly id: string; readonly username: string; readonly password: string }

/** ChatGPT asks for both scopes and sends no `resource`. */
export const scope = 'read write'

/** One request and the response that must come back. */
export type Step = Expectation &
  Pick<Call, 'token' | 'headers'> & { readonly who: string; readonly request: string }

export async function play({ gateway, clients }: Scene, step: Step): Promise<StoryLine> {
  const [method = '', path = ''] = step.request.split(' ')
  const observed = await send(gateway, { ...step, method, path })
  return {
    who: step.who,
    request: step.request,
    result: String(observed.status),
    why: step.why,
    said: describeResponse(observed).replace(`: ${clients.nightlyJob}`, ' of nightly-job'),
    detail: step.detailed === true ? String(observed.body['detail']) : undefined,
    expected: step.holds(observed),
  }
}

/** Signs in by way of ChatGPT. */
export function signInAs(
  { logto, clients }: Scene,
  { username, password }: Person,
  options: Pick<SignInOptions, 'scope'> = { scope },
): Promise<TokenResponse> {
  return signIn(logto, { username, password, clientId: clients.chatgpt, ...options })
}

/** Here the authorization server itself refuses, before there is any token. */
export async function playRefusedSignIn(
  scene: Scene,
  person: Person,
  { error, why }: { readonly error: string; readonly why: string },
): Promise<StoryLine> {
  const outcome = await signInAs(scene, person).catch((fault: unknown) => fault)
  const isRefused = outcome instanceof SignInRefused
  return {
    who: person.username,
    request: 'sign-in',
    result: isRefused ? 'no' : 'yes',
    why,
    said: isRefused ? outcome.error : 'an access token',
    detail: undefined,
    expected: isRefused && outcome.error === error,
  }
}
