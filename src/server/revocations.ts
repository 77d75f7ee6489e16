import { setTimeout as wait } from 'node:timers/promises'
import type { RevocationDesk } from '../admin/revoke.ts'
import type { Config } from '../config/config.ts'
import { messageOf } from '../errors.ts'
import { namesOf } from '../issuer/names.ts'
import type { Logger } from '../log/logger.ts'
import { type CutOff, type CutOffs, createCutOffs } from '../token/cut-offs.ts'
import { instantOf, type Withdrawal } from '../token/withdrawal.ts'
import { openRevocationFile, type RevocationFile } from './revocation-file.ts'

/** The one place of a gateway where cut-offs are made, kept and passed on, however many processes serve. */
export type Revocations = {
  readonly cutOffs: CutOffs
  /**
   * Resolves to the cut-offs that came of it once they are in force in every process and kept. Rejects when
   * `revocation.file` cannot be written; they are in force all the same.
   */
  revoke(withdrawals: readonly Withdrawal[]): Promise<readonly CutOff[]>
  close(): Promise<void>
}

export type RevocationsOptions = {
  /** The configuration in force. */
  readonly config: () => Config
  readonly log: Logger
  /** Passes cut-offs on to whoever decides. Resolves when it has them. */
  readonly announce: (cutOffs: readonly CutOff[]) => unknown
  readonly usersOfRole?: UsersOfRole | undefined
}

/** Asks the issuer who has a role. Rejects when it cannot tell. */
export type UsersOfRole = (issuer: string, roleId: string) => Promise<readonly string[]>

/** Who has a role must be known soon: access has to end within a second. */
const roleWithinMs = 700
/** A file that holds so many more lines than there are cut-offs is written anew. */
const spareLines = 10_000

/** Reads what was kept. Rejects with a sentence for the operator when `revocation.file` cannot be used. */
export async function openRevocations(options: RevocationsOptions): Promise<Revocations> {
  const { config, announce } = options
  const { file: fileName } = config().revocation ?? {}
  const cutOffs = createCutOffs(
    () => config().tokens,
    (issuer) => namesOf(issuer, config().issuers),
  )
  const opened = fileName === undefined ? undefined : await openRevocationFile(fileName)
  for (const cutOff of opened?.cutOffs ?? []) cutOffs.add(cutOff)
  const keeper = createKeeper(cutOffs, opened?.file)
  let announced: Promise<unknown> = Promise.resolve()

  return {
    cutOffs,
    async revoke(withdrawals) {
      const made = await cutOffsOf(withdrawals, options)
      const news = made.filter((cutOff) => cutOffs.add(cutOff))
      // In force first: a disk that is full must not let anybody in. Nothing new waits, too: the same may be
      // on its way.
      if (news.length > 0) announced = Promise.allSettled([announced, announce(news)])
      await announced
      await keeper.keep(news)
      return made
    },
    close: () => keeper.close(),
  }
}

/** The part of the admin listener that operators use. */
export function deskOf({ cutOffs, revoke }: Revocations, config: () => Config): RevocationDesk {
  return {
    listenHost: config().admin.listen.host,
    token: () => config().admin.token,
    issuers: () => config().issuers,
    revoke,
    list: () => cutOffs.list(),
  }
}

async function cutOffsOf(
  withdrawals: readonly Withdrawal[],
  options: RevocationsOptions,
): Promise<readonly CutOff[]> {
  const clocks = { nowMs: Date.now(), toleranceMs: options.config().tokens.clockToleranceMs }
  const all = [...options.config().issuers.values()].map(({ issuer }) => issuer)
  const made = withdrawals.map(async (withdrawal) => {
    const instantS = instantOf(withdrawal, clocks)
    const issuers = withdrawal.issuer === undefined ? all : [withdrawal.issuer]
    const each = issuers.map(async (issuer) => {
      const who = await whoIsMeant(withdrawal, issuer, options)
      return who.map((one): CutOff => ({ issuer, ...one, instantS }))
    })
    return (await Promise.all(each)).flat()
  })
  return (await Promise.all(made)).flat()
}

const everybody: readonly Pick<CutOff, 'kind' | 'id'>[] = [{ kind: 'all', id: '' }]

async function whoIsMeant(
  { kind, id }: Withdrawal,
  issuer: string,
  { usersOfRole, log }: RevocationsOptions,
): Promise<readonly Pick<CutOff, 'kind' | 'id'>[]> {
  if (kind !== 'role') return [{ kind, id }]
  if (usersOfRole === undefined) return everybody
  try {
    const late = wait(roleWithinMs, undefined, { ref: false }).then(() => {
      throw new Error(`no list of them within ${roleWithinMs} ms`)
    })
    const users = await Promise.race([usersOfRole(issuer, id), late])
    return users.map((user) => ({ kind: 'sub', id: user }))
  } catch (error) {
    log.warn(
      { issuer, problem: messageOf(error) },
      'a role changed, and who has it cannot be told: everybody of this issuer was cut off, and gets in again with a new token',
    )
    return everybody
  }
}

type Keeper = {
  /** Resolves when these are on the disk, with all that an earlier try could not write. */
  keep(cutOffs: readonly CutOff[]): Promise<void>
  close(): Promise<void>
}

/** Writes one batch after the other; those that come meanwhile go into the next one together. */
function createKeeper(cutOffs: CutOffs, file: RevocationFile | undefined): Keeper {
  let unkept: CutOff[] = []
  let spare = spareLines
  let last: Promise<void> = Promise.resolve()

  async function write(target: RevocationFile): Promise<void> {
    const batch = unkept
    unkept = []
    if (batch.length === 0) return
    if (target.lines > cutOffs.size + spare && (await tidy(target))) return
    try {
      await target.append(batch)
    } catch (error) {
      unkept = [...batch, ...unkept]
      throw error
    }
  }

  /**
   * Rids the file of lines that count no more. Where it fails, nothing is lost but room: a file that a
   * container has mounted by itself, for one, cannot be replaced. False then.
   */
  async function tidy(target: RevocationFile): Promise<boolean> {
    try {
      await target.replace(cutOffs.list())
      spare = spareLines
      return true
    } catch {
      // Not tried again with every line from now on.
      spare = target.lines - cutOffs.size + spareLines
      return false
    }
  }

  return {
    keep(more) {
      if (file === undefined) return last
      unkept.push(...more)
      const written = last.then(() => write(file))
      last = written.catch(() => {})
      return written
    },
    async close() {
      await last
      await file?.close()
    },
  }
}
