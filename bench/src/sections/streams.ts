import { setTimeout as wait } from 'node:timers/promises'
import { type Bench, bearer, gatewayOf, peerOf } from '../environment.ts'
import { openEventStreams } from '../load/event-streams.ts'
import { runEchoLoop } from '../load/run.ts'
import { accountOf } from '../machine/accounting.ts'
import { type Subject, using } from '../machine/subject.ts'
import type { Peer } from '../peers/peer.ts'
import { runRounds, warmUp } from '../rounds.ts'
import { socketPath, streamPath, usualPath } from '../workload/gateway-config.ts'
import { forwarders } from './forwarders.ts'
import type { Collect, Section } from './section.ts'

/** What stays open: messages through WebSockets, and what an event stream takes. */
export const streams: Section = {
  id: 'streams',
  title: 'WebSockets and event streams',
  quick: false,
  peers: takesPart,
  async run(bench, collect) {
    await messages(bench, collect)
    await eventStreams(bench, collect)
  },
}

/** A cache of tokens makes no difference to a WebSocket, so those peers take part once. */
function takesPart({ webSockets, id }: Peer): boolean {
  return webSockets && !id.endsWith('-cache')
}

async function messages(bench: Bench, collect: Collect): Promise<void> {
  const [token = ''] = await bench.issuers.ES384.tokens(1)
  const echo = { path: socketPath, token, sockets: 64 }
  const contenders = await forwarders(bench, takesPart, (forwarder) => [
    {
      ...forwarder,
      load: { paths: [socketPath] },
      drive: (port, seconds) => runEchoLoop({ ...echo, port, seconds }),
    },
  ])
  const runs = await runRounds(contenders, bench.plan.brief, { ...bench, title: 'WebSockets' })
  const title = 'Messages of 64 bytes there and back, over 64 WebSockets'
  collect.table({ id: 'sockets', title, runs, unit: 'message' })
}

async function eventStreams(bench: Bench, collect: Collect): Promise<void> {
  const gateway = gatewayOf(bench, 'ES384', { connections: 2 * streamCount })
  const name = `RSS of Scopegate for each of ${streamCount.toLocaleString('en')} open event streams`
  const value = await using(gateway, (subject) => kibPerStream(bench, subject))
  collect.figure({ id: 'kib-per-stream', name, value, unit: 'KiB' })
  const nginx = bench.peers.find(({ id }) => id === 'nginx')
  if (nginx === undefined) return
  const theirs = await using(peerOf(bench, nginx, 'ES384'), (subject) => kibPerStream(bench, subject))
  collect.figure({ id: 'kib-per-stream-nginx', name: 'the same of nginx', value: theirs, unit: 'KiB' })
}

/** Counted from when it has served for a while, since compiled code and V8's heap are no part of a stream. */
async function kibPerStream(bench: Bench, subject: Subject): Promise<number> {
  const { folder, progress, plan } = bench
  progress.step('event streams, warming up')
  const load = { paths: [usualPath], headers: await bearer(bench, 'ES384') }
  await warmUp(subject, load, plan.brief.warmUpSeconds, folder)
  const [token = ''] = await bench.issuers.ES384.tokens(1)
  const before = accountOf(subject.pid).residentMiB
  progress.step(`event streams, ${streamCount.toLocaleString('en')} open`)
  const open = await openEventStreams(subject.port, streamPath, token, streamCount)
  await wait(settleMs)
  const after = accountOf(subject.pid).residentMiB
  open.close()
  return ((after - before) * 1024) / streamCount
}

const streamCount = 1000
const settleMs = 2000
