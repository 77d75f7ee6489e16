import { printable } from '../printable.ts'
import { ask } from './ask.ts'
import { CheckFault } from './check-fault.ts'
import type { Sent } from './exchange.ts'
import { exchangeText } from './exchange-text.ts'
import { createMask } from './mask.ts'
import type { Found, SignIn, Subject, Visit } from './visit.ts'

/** One line of the checklist. */
export type Check = {
  readonly title: string
  /** Without these results of earlier checks there is nothing to look at. */
  readonly needs: readonly (keyof Found)[]
  run(visit: Visit, found: Found): Passed | Promise<Passed>
}

/** A hint may be right as it is. `skipped`: there was nothing to try. */
export type Passed = {
  readonly outcome?: 'passed' | 'hint' | 'skipped'
  readonly note: string
  readonly found?: Found
}

/** Every text is printable, and holds no secret. */
export type Result = {
  readonly title: string
  readonly outcome: 'passed' | 'hint' | 'skipped' | 'failed'
  readonly note: string
  readonly mend?: string
  readonly sent?: string
  readonly seen?: string
}

type Known<K extends keyof Found> = Found & { readonly [key in K]-?: NonNullable<Found[key]> }

/** A check, and the results of others that it needs. */
export function check<K extends keyof Found>(
  title: string,
  needs: readonly K[],
  run: (visit: Visit, found: Known<K>) => Passed | Promise<Passed>,
): Check {
  // Whoever walks along the checklist has seen that all of `needs` are there.
  return { title, needs, run: (visit, found) => run(visit, found as Known<K>) }
}

export type Walk = {
  readonly subject: Subject
  readonly signIn: SignIn
  /** Told of each result as soon as it is there. */
  readonly report?: (result: Result) => void
}

/** Goes along a checklist. What an earlier failure makes impossible is skipped. */
export async function walk(
  checks: readonly Check[],
  { subject, signIn, report = () => {} }: Walk,
): Promise<Result[]> {
  const visit = visitOf(subject, signIn)
  const results: Result[] = []
  let found: Found = {}
  for (const one of checks) {
    const { result, more } = await runOne(one, visit, found)
    found = { ...found, ...more }
    results.push(result)
    report(result)
  }
  return results
}

function visitOf(subject: Subject, signIn: SignIn): Visit {
  const mask = createMask()
  for (const secret of [subject.client.secret, subject.code]) if (secret !== undefined) mask.hide(secret)
  const gateway = {
    connection: {},
    mend: 'start the gateway, or say with --url where it runs',
    mends: (reason: string) => (reason.startsWith('its certificate') ? publicCertificate : undefined),
  }
  const server = {
    connection: subject.issuer,
    mend: 'start the authorization server, or correct issuer.logto; browsers must reach it too',
  }
  return {
    subject,
    signIn,
    mask,
    askGateway: (sent: Sent, timeoutMs = patienceMs) => ask(sent, { ...gateway, timeoutMs }),
    askServer: (sent: Sent) => ask(sent, { ...server, timeoutMs: patienceMs }),
  }
}

const publicCertificate =
  'ChatGPT takes certificates of public authorities alone; for a trial, NODE_EXTRA_CA_CERTS names another'

/** Time for an answer that is no call of the API, in milliseconds. Longer than the facade waits for Logto. */
const patienceMs = 15_000

async function runOne(
  one: Check,
  visit: Visit,
  found: Found,
): Promise<{ readonly result: Result; readonly more: Found }> {
  const { title, needs } = one
  if (needs.some((name) => found[name] === undefined))
    return { result: { title, outcome: 'skipped', note: 'not tried, after what failed above' }, more: {} }
  const clean = (text: string) => printable(visit.mask.text(text))
  try {
    const { outcome = 'passed', note, found: more = {} } = await one.run(visit, found)
    return { result: { title, outcome, note: clean(note) }, more }
  } catch (error) {
    if (!(error instanceof CheckFault)) throw error
    const { message, mend, exchange } = error
    const result = { title, outcome: 'failed', note: clean(message), mend: clean(mend) } as const
    if (exchange === undefined) return { result, more: {} }
    const { sent, seen } = exchangeText(exchange)
    return { result: { ...result, sent: clean(sent), seen: clean(seen) }, more: {} }
  }
}
