import type { Socket } from 'node:net'
import { deserialize, serialize } from 'node:v8'
import type { RouteLine } from '../admin/admin.ts'
import type { ProcessStatus } from '../admin/status.ts'
import type { Config } from '../config/config.ts'
import type { Measured } from '../log/meters.ts'
import type { CutOff } from '../token/cut-offs.ts'
import type { Seen } from '../token/seen-subjects.ts'
import type { Withdrawal } from '../token/withdrawal.ts'

/** The orders that a supervisor can give a worker, each with its content. */
export type Orders = {
  readonly serve: {
    readonly number: number
    readonly config: string
    /** Base64. All workers have the same, so that a TLS session can be resumed with any of them. */
    readonly ticketKeys: string
    readonly cutOffs: readonly CutOff[]
  }
  /** Has no content: the socket itself is passed along with the message. */
  readonly connection: object
  readonly reload: { readonly config: string }
  readonly refreshKeys: object
  /** From now on these count. */
  readonly cutOffs: { readonly cutOffs: readonly CutOff[] }
  /** The answer to the plea with this id. */
  readonly pleaAnswered: { readonly id: number } & PleaAnswer
  readonly seen: object
  readonly status: object
  readonly measure: object
  readonly routes: object
  readonly stop: object
}

/** The reply of a worker to each kind of order. */
export type Replies = {
  readonly serve: ConfigReply
  readonly connection: ConnectionReply
  readonly reload: ConfigReply
  readonly refreshKeys: null
  readonly cutOffs: null
  readonly pleaAnswered: null
  /** The users who were here since it was last asked. */
  readonly seen: readonly Seen[]
  readonly status: ProcessStatus
  /** Undefined before it serves. */
  readonly measure: Measured | null
  readonly routes: readonly RouteLine[]
  readonly stop: null
}

export type OrderKind = keyof Orders

/** Whether a worker has taken a configuration into use: without a `problem` it has. */
export type ConfigReply = { readonly problem?: string }

/** Whether a worker has taken a connection, and how many it has open. */
export type ConnectionReply = { readonly taken: boolean; readonly open: number }

/** An order as it is sent over the channel between the two processes. */
export type Order<K extends OrderKind = OrderKind> = {
  readonly id: number
  readonly kind: K
  readonly content: Orders[K]
}
/** The reply to the order with the same `id`. */
export type Reply = { readonly id: number; readonly value: Replies[OrderKind] }

/** A worker asks its supervisor to cut tokens off, in every worker. The answer comes as an order. */
export type Plea = { readonly pleaId: number; readonly withdrawals: readonly Withdrawal[] }

/** Without a `problem` it is kept. */
export type PleaAnswer = { readonly problem?: string }

/** How a worker carries out each kind of order. */
export type OrderHandlers = {
  readonly [K in OrderKind]: (
    content: Orders[K],
    socket: Socket | undefined,
  ) => Replies[K] | Promise<Replies[K]>
}

/**
 * A whole configuration as text, with its maps. Workers get what the supervisor has read and never read the
 * file themselves: it may have changed since, and a worker that is started again must come up with the rules
 * in force.
 */
export function encodeConfig(config: Config): string {
  return serialize(config).toString('base64')
}

export function decodeConfig(text: string): Config {
  return deserialize(Buffer.from(text, 'base64')) as Config // Made by `encodeConfig` of the same program.
}
