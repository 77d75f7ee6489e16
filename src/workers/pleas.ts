import type { Revoke } from '../gateway/runtime.ts'
import type { Plea, PleaAnswer } from './messages.ts'

/** The requests of a worker to its supervisor. */
export type Pleas = {
  readonly revoke: Revoke
  /** Takes the supervisor's answer to the plea with this id. */
  answered(id: number, answer: PleaAnswer): void
}

export function createPleas(send: (plea: Plea) => void): Pleas {
  const open = new Map<number, (answer: PleaAnswer) => void>()
  let lastId = 0
  return {
    revoke: (withdrawals) =>
      new Promise((resolve, reject) => {
        lastId += 1
        open.set(lastId, ({ problem }) =>
          problem === undefined ? resolve(undefined) : reject(new Error(problem)),
        )
        send({ pleaId: lastId, withdrawals })
      }),
    answered(id, answer) {
      open.get(id)?.(answer)
      open.delete(id)
    },
  }
}
