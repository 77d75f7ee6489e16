import type { Socket } from 'node:net'
import { deserialize, serialize } from 'node:v8'
import type { RouteLine } from '../admin/admin.ts'
import type { Report } from '../admin/status.ts'
import type { Config } from '../config/config.ts'

/** What the supervisor asks of a worker, each with what comes beside it. A socket comes with `connection`. */
export type Orders = {
  readonly serve: {
    readonly number: number
    /** Of the public listener. */
    readonly port: number
    readonly config: string
    /** Session tickets of one worker are good for all (base64). */
    readonly ticketKeys: string
  }
  readonly connection: object
  readonly reload: { readonly config: string }
  readonly report: object
  readonly routes: object
  readonly stop: object
}

/** What a worker answers. */
export type Answers = {
  readonly serve: Outcome
  readonly connection: Taking
  readonly reload: Outcome
  readonly report: Report
  readonly routes: readonly RouteLine[]
  readonly stop: null
}

export type Kind = keyof Orders
export type Outcome = { readonly problem?: string }

/** Whether a worker took a connection, and how many it has open. */
export type Taking = { readonly taken: boolean; readonly open: number }

/** On the channel between the two processes. */
export type Order<K extends Kind = Kind> = {
  readonly id: number
  readonly kind: K
  readonly with: Orders[K]
}
export type Answer = { readonly id: number; readonly value: Answers[Kind] }

/** What a worker does for each order. */
export type Duties = {
  readonly [K in Kind]: (order: Orders[K], socket: Socket | undefined) => Answers[K] | Promise<Answers[K]>
}

/**
 * A whole configuration as text, maps included. Workers get what the supervisor has read, never the file: it may have changed
 * since, and a worker that is started again must come up with the rules in force.
 */
export function encodeConfig(config: Config): string {
  return serialize(config).toString('base64')
}

export function decodeConfig(text: string): Config {
  return deserialize(Buffer.from(text, 'base64')) as Config // By `encodeConfig` of the same program.
}
