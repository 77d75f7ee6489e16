import type { Objects } from './objects.ts'
import type { Reply } from './reply.ts'

/** One call of the Management API. */
export type Route = {
  readonly method: string
  /** As Logto's own router has it, since the events of webhooks name it: `users/:userId/roles`. */
  readonly path: string
  readonly handle: (call: {
    /** The values of the parameters, in the order of the path. */
    readonly ids: readonly string[]
    readonly query: URLSearchParams
    readonly body: Readonly<Record<string, unknown>>
  }) => Reply | Promise<Reply>
}

export type Routes = (objects: Objects) => Route[]
