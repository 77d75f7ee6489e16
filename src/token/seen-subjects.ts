import { type AccessToken, isOfMachine } from './access-token.ts'

/** The users whose tokens were accepted since they were last asked for. */
export type SeenSubjects = {
  add(token: AccessToken): void
  /** Gives them away: from then on they are counted anew. */
  take(): string[]
}

/** `most`: further ones are not remembered until the next `take`. */
export function createSeenSubjects(most: number): SeenSubjects {
  let seen = new Set<string>()
  return {
    add(token) {
      if (seen.size < most && !isOfMachine(token)) seen.add(token.subject)
    },
    take() {
      const taken = [...seen]
      seen = new Set()
      return taken
    },
  }
}
