import type { ExampleRequest } from '../../config/example-request.ts'
import { bearerChallenge } from './bearer-challenge.ts'
import { CheckFault } from './check-fault.ts'
import { type Check, check, type Passed } from './checklist.ts'
import { allowedCall, callOf, refusedCall } from './example-calls.ts'
import type { Exchange } from './exchange.ts'
import { problemOf } from './json-members.ts'
import { runsAnotherFile } from './mends.ts'
import type { Visit } from './visit.ts'

export const callIsAllowed: Check = check(
  'A call with the token arrives at the API',
  ['tokens', 'scopes'],
  (visit, { tokens, scopes }) => callWith(visit, tokens.accessToken, scopes),
)

export const secondCallIsAllowed: Check = check(
  'A call with the new token arrives, too',
  ['refreshed', 'scopes'],
  (visit, { refreshed, scopes }) => callWith(visit, refreshed.accessToken, scopes),
)

async function callWith(visit: Visit, token: string, scopes: ReadonlySet<string>): Promise<Passed> {
  const { subject, askGateway } = visit
  const example = allowedCall(subject, scopes)
  if (example === undefined) return withoutExample(visit, scopes)
  const exchange = await askInTime(() => askGateway(callOf(example, subject, token), subject.limits.callMs))
  const fault = faultOf(example, exchange, visit)
  if (fault !== undefined) throw fault
  const { status, text, tookMs } = exchange
  return { note: `${nameOf(example)}: ${status}, ${text.length} characters in ${Math.ceil(tookMs)} ms` }
}

/** A call that may change something is not made: nobody asked for that. */
function withoutExample({ subject }: Visit, scopes: ReadonlySet<string>): Passed {
  const { api } = subject
  const isRead = api.paths.some(({ methods }) => methods.has('GET'))
  if (!isRead || allowedCall(subject, new Set(subject.chatgpt.scopes)) === undefined)
    return { outcome: 'skipped', note: 'no GET without conditions is there to be tried' }
  throw new CheckFault(
    `no GET of the file is allowed with ${[...scopes].join(' ') || 'no scope'}`,
    'give the user a role with a permission that a route needs, or name it in chatgpt.scopes',
  )
}

async function askInTime(ask: () => Promise<Exchange>): Promise<Exchange> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof CheckFault) || !error.message.startsWith('no whole answer')) throw error
    throw new CheckFault(error.message, 'ChatGPT gives up then: let the API answer sooner, or with less')
  }
}

function faultOf(example: ExampleRequest, exchange: Exchange, { subject }: Visit): CheckFault | undefined {
  const { status, text } = exchange
  const problem = problemOf(exchange)
  const most = subject.limits.answerCharacters
  if (problem !== undefined)
    return new CheckFault(
      `${nameOf(example)}: ${status} ${problem.code}: ${problem.detail}`,
      mends[problem.code] ?? runsAnotherFile,
      exchange,
    )
  if (status === 401)
    return new CheckFault(
      `${nameOf(example)}: 401, and not from the gateway`,
      'the API asks for a sign-in of its own: give it apis.*.authorization, or switch that off',
      exchange,
    )
  if (text.length <= most) return undefined
  return new CheckFault(
    `${nameOf(example)}: ${text.length} characters, and ChatGPT takes ${most}`,
    'let the API answer with pages or fewer fields, or leave this operation out of chatgpt.operations.only',
    { ...exchange, text: text.slice(0, 100) },
  )
}

const mends: Readonly<Record<string, string>> = {
  invalid_token:
    'see in the log of the gateway why the token is refused; apis.*.clients must list this client',
  insufficient_scope: 'the user needs a role with this permission',
  issuer_unavailable: 'the gateway cannot ask the authorization server for its keys: see its log',
  upstream_unreachable: 'start the API behind the gateway, or correct apis.*.upstream',
  upstream_timeout: 'the API behind the gateway does not answer in time: see its log',
}

function nameOf({ method, path }: ExampleRequest): string {
  return `${method} ${path}`
}

export const callIsRefused: Check = check(
  'A call that the token does not allow is refused',
  ['tokens', 'scopes'],
  async ({ subject, askGateway }, { tokens, scopes }) => {
    const example = refusedCall(subject, scopes)
    if (example === undefined)
      return { outcome: 'skipped', note: 'this user may make every call: sign in as somebody with less' }
    const exchange = await askGateway(callOf(example, subject, tokens.accessToken))
    const challenge = bearerChallenge(exchange)
    if (exchange.status === 403 && challenge?.get('error') === 'insufficient_scope')
      return { note: `${nameOf(example)}: 403, scope="${challenge.get('scope') ?? ''}"` }
    throw new CheckFault(
      `${nameOf(example)}: ${exchange.status}, not the 403 insufficient_scope that a missing scope gets`,
      runsAnotherFile,
      exchange,
    )
  },
)
