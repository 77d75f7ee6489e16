import { bearerChallenge } from './bearer-challenge.ts'
import { CheckFault } from './check-fault.ts'
import { type Check, check } from './checklist.ts'
import { callOf, protectedCall } from './example-calls.ts'
import type { Exchange } from './exchange.ts'
import { problemOf } from './json-members.ts'
import { runsAnotherFile } from './mends.ts'

export const refusesWithoutToken: Check = check(
  'A call without a token is refused',
  [],
  async ({ subject, askGateway }) => {
    const example = protectedCall(subject)
    const sent = example === undefined ? { method: 'GET', url: `${subject.base}/` } : callOf(example, subject)
    const refusal = await askGateway(sent)
    if (example === undefined)
      return { note: 'no route without conditions is there to be tried', found: { refusal } }
    const name = `${example.method} ${example.path}`
    if (refusal.status !== 401) throw notRefused(name, refusal)
    if (bearerChallenge(refusal) === undefined)
      throw new CheckFault(`${name}: the 401 has no Bearer challenge`, leadsAround, refusal)
    return { note: `${name}: 401 with a Bearer challenge`, found: { refusal } }
  },
)

const leadsAround = 'something else than this gateway answers there: say with --url where it runs'

function notRefused(name: string, exchange: Exchange): CheckFault {
  const { status } = exchange
  const code = problemOf(exchange)?.code
  const mend = status < 400 || code === undefined ? leadsAround : (mends[code] ?? runsAnotherFile)
  const what = status < 400 ? 'the API answers without a token' : 'not the 401 that a missing token gets'
  return new CheckFault(`${name}: ${status}${code === undefined ? '' : ` ${code}`}, ${what}`, mend, exchange)
}

const mends: Readonly<Record<string, string>> = {
  address_not_allowed:
    'apis.*.from admits other networks alone: add the address of this machine to its file for the trial, or run ' +
    'doctor from one of them',
}
