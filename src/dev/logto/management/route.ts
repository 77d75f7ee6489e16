import type { Objects } from './objects.ts'
import type { Reply } from './reply.ts'

/** One call of the Management API. `:` in a path stands for an id. */
export type Route = {
  readonly method: string
  readonly path: string
  readonly handle: (call: {
    readonly ids: readonly string[]
    readonly query: URLSearchParams
    readonly body: Readonly<Record<string, unknown>>
  }) => Reply
}

export type Routes = (objects: Objects) => Route[]
