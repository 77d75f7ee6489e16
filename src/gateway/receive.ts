import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ClientAddress } from '../http/forwarded.ts'
import type { HeadFault } from '../http/head-fault.ts'
import { type RequestHead, readRequestHead } from '../http/request-head.ts'
import { RecordKeeper } from '../log/request-record.ts'
import type { Snapshot } from './compile.ts'

/** A request whose head was read, or the fault in its head. The record is there in either case. */
export type ReceivedHead = { readonly record: RecordKeeper; readonly startedMs: number } & (
  | { readonly head: RequestHead; readonly client: ClientAddress }
  | { readonly fault: HeadFault }
)

/** Reads the head of a request, and finds out who sent it. `upgrade` says that Node took it for one. */
export function receiveHead(
  { config, forwarded }: Snapshot,
  request: IncomingMessage,
  upgrade: boolean,
): ReceivedHead {
  const startedMs = performance.now()
  const { rawHeaders, httpVersion, method = '' } = request
  const peer = request.socket.remoteAddress ?? ''
  const limits = { headerCount: config.limits.headerCount, ignoreForeignUpgrade: !upgrade }
  const head = readRequestHead(method, httpVersion, rawHeaders, limits)
  if ('code' in head) return { fault: head, record: new RecordKeeper(randomUUID(), method, peer), startedMs }
  const client = forwarded.client(peer, rawHeaders, head.host)
  const record = new RecordKeeper(head.requestId ?? randomUUID(), method, client.address)
  return { head, client, record, startedMs }
}
