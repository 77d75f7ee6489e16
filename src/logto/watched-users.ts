import type { Seen } from '../token/seen-subjects.ts'

/** Everything that grants a user permissions: his roles, memberships and roles within organizations. */
export type Holdings = ReadonlySet<string>

/** The users about whom Logto is asked, and what they held when it was asked last. */
export type WatchedUsers = {
  /** A user is due until the last of his accepted tokens expires: streams last as long. */
  saw(users: readonly Seen[]): void
  /** Those whose tokens still let them in. Those who were asked about longest ago come first. */
  due(nowMs: number): string[]
  /** This one was asked about: whoever makes rounds fail must not hold up the others for ever. */
  asked(subject: string, nowMs: number): void
  /**
   * True when something is missing that the user held when he was looked at before. At the first look nobody
   * can know.
   */
  lacks(subject: string, holdings: Holdings): boolean
  /** Remembers what he holds now. */
  keep(subject: string, holdings: Holdings): void
  /** He has no access any more. Should he be seen again, he is watched anew. */
  forget(subject: string): void
  /** How many were dropped to make room while their tokens still let them in, since this was asked. */
  takeDropped(): number
}

type Watched = { untilMs: number; askedMs: number; holdings: Holdings | undefined }

/**
 * `most`: the one who was seen longest ago makes room. What a user held is remembered beyond his tokens: his
 * next one may be from before a change that nobody has looked at yet.
 */
export function createWatchedUsers(most: number): WatchedUsers {
  const known = new Map<string, Watched>()
  let dropped = 0

  function see([subject, untilMs]: Seen): void {
    const user = known.get(subject) ?? { untilMs, askedMs: 0, holdings: undefined }
    user.untilMs = Math.max(user.untilMs, untilMs)
    // Behind all others: a map keeps the order of insertion.
    known.delete(subject)
    known.set(subject, user)
  }

  function makeRoom(): void {
    const nowMs = Date.now()
    for (const [subject, { untilMs }] of known) {
      if (known.size <= most) return
      if (untilMs > nowMs) dropped += 1
      known.delete(subject)
    }
  }

  return {
    saw(users) {
      for (const user of users) see(user)
      makeRoom()
    },
    due: (nowMs) =>
      [...known]
        .filter(([, { untilMs }]) => untilMs > nowMs)
        .sort(([, a], [, b]) => a.askedMs - b.askedMs)
        .map(([subject]) => subject),
    asked(subject, nowMs) {
      const user = known.get(subject)
      if (user !== undefined) user.askedMs = nowMs
    },
    lacks(subject, holdings) {
      const before = known.get(subject)?.holdings
      return before !== undefined && [...before].some((held) => !holdings.has(held))
    },
    keep(subject, holdings) {
      const user = known.get(subject)
      if (user !== undefined) user.holdings = holdings
    },
    forget: (subject) => void known.delete(subject),
    takeDropped() {
      const taken = dropped
      dropped = 0
      return taken
    },
  }
}
