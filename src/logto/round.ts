import { messageOf } from '../errors.ts'
import type { Logger } from '../log/logger.ts'
import type { Withdrawal } from '../token/withdrawal.ts'
import { holdingsByLists, holdingsOfUser } from './holdings.ts'
import { ManagementFault } from './management-fault.ts'
import { canBeAskedAbout, type Questions, type Told, type User, usersAtOnce } from './user-answers.ts'
import type { Holdings, WatchedUsers } from './watched-users.ts'

export type Round = {
  readonly issuer: string
  readonly watched: WatchedUsers
  readonly questions: Questions
  /** Whether memberships and roles within organizations count too. */
  readonly organizations: boolean
  readonly revoke: (withdrawals: readonly Withdrawal[]) => Promise<unknown>
  readonly log: Logger
}

/** So many who seem to hold less are asked about once more: lists change between their pages. */
const mostConfirmed = 50
const nothing: Holdings = new Set()

/**
 * One round: cuts off the watched users who are suspended or gone, and those who hold less than before.
 * Rejects with a `ManagementFault`; those who were found until then are cut off.
 */
export async function lookAtUsers(round: Round): Promise<void> {
  const due = round.watched.due(Date.now())
  const active: string[] = []
  for (let i = 0; i < due.length; i += usersAtOnce)
    active.push(...(await lookAtAccounts(due.slice(i, i + usersAtOnce), round)))
  if (active.length > 0) await lookAtHoldings(active, round)
}

/** Resolves to those who have an account that is not suspended. */
async function lookAtAccounts(subjects: readonly string[], round: Round): Promise<string[]> {
  const { value, dateMs } = await round.questions.users(subjects)
  const found = new Set(value.map(({ id }) => id))
  const refused = new Set(value.flatMap(({ id, isSuspended }) => (isSuspended ? [id] : [])))
  const suspended = subjects.filter((subject) => refused.has(subject))
  await cutOff(suspended, 'suspended', dateMs, round)
  const active: string[] = []
  for (const subject of subjects.filter((one) => !suspended.includes(one)))
    if (found.has(subject) || (await hasAccount(subject, round))) active.push(subject)
  return active
}

/** A search that does not find somebody is no proof: he himself is asked for. */
async function hasAccount(subject: string, round: Round): Promise<boolean> {
  round.watched.asked(subject, Date.now())
  const user = await userOrNone(subject, round)
  if (user?.value.isSuspended === false) return true
  if (user === undefined) await cutOff([subject], 'deleted', undefined, round)
  else await cutOff([subject], 'suspended', user.dateMs, round)
  return false
}

async function userOrNone(subject: string, { questions }: Round): Promise<Told<User> | undefined> {
  if (!canBeAskedAbout(subject)) return undefined
  const user = await unlessMissing(questions.user(subject))
  if (user === undefined || user.value.id === subject) return user
  throw ManagementFault.ofShape('GET /api/users/:id', 'is not about this user')
}

async function lookAtHoldings(subjects: readonly string[], round: Round): Promise<void> {
  const { questions, watched } = round
  const lists = subjects.length > 1 ? await holdingsByLists(subjects, questions, round) : undefined
  if (lists === undefined) return lookAtEach(subjects, round)
  const holdingsOf = (subject: string) => lists.of.get(subject) ?? nothing
  const lacking = new Set(subjects.filter((subject) => watched.lacks(subject, holdingsOf(subject))))
  const isConfirmed = lacking.size > mostConfirmed && lists.isWhole
  if (isConfirmed) await cutOff([...lacking], 'holds less', lists.dateMs, round)
  for (const subject of subjects)
    if (isConfirmed || !lacking.has(subject)) watched.keep(subject, holdingsOf(subject))
  if (!isConfirmed) await lookAtEach([...lacking], round)
}

async function lookAtEach(subjects: readonly string[], round: Round): Promise<void> {
  const { questions, watched } = round
  for (const subject of subjects) {
    watched.asked(subject, Date.now())
    // Whoever was deleted a moment ago is found to be gone in the next round.
    const found = await unlessMissing(holdingsOfUser(subject, questions, round))
    const holdings = found?.of.get(subject)
    if (holdings === undefined) continue
    if (watched.lacks(subject, holdings)) await cutOff([subject], 'holds less', found?.dateMs, round)
    watched.keep(subject, holdings)
  }
}

type Why = 'suspended' | 'deleted' | 'holds less'

/** Whoever holds less has the rest for a new token; the others are watched anew should they come again. */
async function cutOff(
  subjects: readonly string[],
  why: Why,
  instantMs: number | undefined,
  { issuer, watched, revoke, log }: Round,
): Promise<void> {
  if (subjects.length === 0) return
  log.info({ issuer, users: subjects.length, why }, 'Logto was asked about users: some are cut off')
  if (why !== 'holds less') for (const subject of subjects) watched.forget(subject)
  try {
    await revoke(subjects.map((id) => ({ issuer, kind: 'sub', id, instantMs })))
  } catch (error) {
    log.error(
      { issuer, problem: messageOf(error) },
      'cut-offs are in force, but a restart would forget them, since revocation.file cannot be written',
    )
  }
}

async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ManagementFault && error.isMissing) return undefined
    throw error
  }
}
