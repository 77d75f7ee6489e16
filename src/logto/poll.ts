import { setTimeout as wait } from 'node:timers/promises'
import type { LogtoConfig } from '../config/logto-config.ts'
import { messageOf } from '../errors.ts'
import type { IssuerConnection } from '../issuer/options.ts'
import type { Logger } from '../log/logger.ts'
import type { Server } from '../server/single-process.ts'
import { createManagement } from './management.ts'
import { ManagementFault } from './management-fault.ts'
import { lookAtUsers } from './round.ts'
import { askAboutUsers } from './user-answers.ts'
import { createWatchedUsers, type WatchedUsers } from './watched-users.ts'

export type PollOptions = {
  /** Whose tokens are cut off. */
  readonly issuer: string
  readonly connection: IssuerConnection
  readonly logto: Pick<LogtoConfig, 'endpoint' | 'resource' | 'management'>
  /** From one round to the next, in milliseconds. One that takes longer delays the next. */
  readonly everyMs: number
  /** Whether memberships and roles within organizations count too. */
  readonly organizations: boolean
}

export type PollParts = {
  readonly server: Pick<Server, 'revoke' | 'takeSeen'>
  readonly log: Logger
  /** They outlive a poll that a reload ends. */
  readonly watched: WatchedUsers
}

/** `revocation.poll`: asks Logto now and then about users who were here. */
export type Poll = {
  /** No call begins from then on, and nobody is cut off by an answer that comes later. */
  stop(): void
}

/** As many users are watched. */
const mostWatched = 10_000
/** 10 calls a second, which is half of what Logto Cloud takes. */
const gapMs = 100

export function createWatch(): WatchedUsers {
  return createWatchedUsers(mostWatched)
}

export function startPoll(options: PollOptions, parts: PollParts): Poll {
  const { issuer, connection, logto, organizations } = options
  const management = createManagement(logto, connection, { gapMs })
  const stopped = new AbortController()
  const { server, watched, log } = parts
  const round = () =>
    lookAtUsers({
      issuer,
      watched,
      log,
      organizations,
      questions: askAboutUsers(management, stopped.signal),
      revoke: server.revoke,
    })
  void repeat(round, options, parts, stopped.signal)
  return {
    stop() {
      stopped.abort()
      management.close()
    },
  }
}

/** Never rejects. */
async function repeat(
  round: () => Promise<void>,
  { issuer, everyMs }: PollOptions,
  { server, watched, log }: PollParts,
  signal: AbortSignal,
): Promise<void> {
  const outage = createOutage(issuer, log)
  let nextMs = performance.now() + everyMs
  while (await pause(nextMs - performance.now(), signal)) {
    nextMs = performance.now() + everyMs
    try {
      watched.saw(await server.takeSeen())
      warnOfDropped(watched, issuer, log)
      await round()
      outage.succeeded()
    } catch (error) {
      if (signal.aborted) return
      outage.failed(error)
      if (error instanceof ManagementFault) nextMs = Math.max(nextMs, performance.now() + error.pauseMs)
    }
  }
}

/** False when it was stopped. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return wait(Math.max(0, ms), true, { signal, ref: false }).catch(() => false)
}

/** One line when it begins and one when it is over, however many rounds meet it. */
function createOutage(issuer: string, log: Logger) {
  let isOn = false
  return {
    failed(error: unknown) {
      if (isOn) return
      isOn = true
      log.warn(
        { issuer, problem: messageOf(error) },
        'Logto could not be asked about users; it is asked again, and until then who lost access there keeps it here',
      )
    },
    succeeded() {
      if (isOn) log.info({ issuer }, 'Logto can be asked about users again')
      isOn = false
    },
  }
}

function warnOfDropped(watched: WatchedUsers, issuer: string, log: Logger): void {
  const dropped = watched.takeDropped()
  if (dropped === 0) return
  log.warn(
    { issuer, dropped },
    `more than ${mostWatched} users have tokens that count: revocation.poll asks about those who were here last; ` +
      'shorten the lifetime of tokens in Logto, or add revocation.webhook',
  )
}
