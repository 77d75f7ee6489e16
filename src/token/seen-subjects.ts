import { type AccessToken, isOfMachine } from './access-token.ts'

/** A user, and when the last of his accepted tokens expires, in milliseconds since the epoch. */
export type Seen = readonly [subject: string, untilMs: number]

/** The users whose tokens were accepted since they were last asked for. */
export type SeenSubjects = {
  add(token: AccessToken): void
  /** Gives them away: from then on they are counted anew. */
  take(): Seen[]
}

/** `most`: further ones are not remembered until the next `take`. */
export function createSeenSubjects(most: number): SeenSubjects {
  let seen = new Map<string, number>()
  return {
    add(token) {
      const { subject, expiresAtMs } = token
      const untilMs = seen.get(subject)
      if (untilMs === undefined ? seen.size >= most || isOfMachine(token) : untilMs >= expiresAtMs) return
      seen.set(subject, expiresAtMs)
    },
    take() {
      const taken = [...seen]
      seen = new Map()
      return taken
    },
  }
}
