import { setTimeout as wait } from 'node:timers/promises'
import { type Bench, bearer, placeFor } from '../bench.ts'
import { openEventStreams } from '../load/event-streams.ts'
import { runEchoLoop } from '../load/run-echo-loop.ts'
import { accountOf } from '../machine/accounting.ts'
import type { Peer } from '../peers/peer.ts'
import { type Contender, runRound, runRounds } from '../rounds.ts'
import { type Subject, startGateway, startPeer } from '../subject.ts'
import { socketPath, streamPath, usualPath } from '../workload/gateway-config.ts'
import { startForwarders } from './forwarders.ts'
import type { Collect, Section } from './section.ts'

/** What stays open: messages through WebSockets, and what an event stream takes. */
export const streams: Section = {
  id: 'streams',
  title: 'WebSockets and event streams',
  quick: false,
  peers: true,
  seconds: ({ brief: { rounds, roundSeconds, warmUpSeconds } }) =>
    13 * rounds * (roundSeconds + 0.4) + 6 * warmUpSeconds + 30,
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
  const { folder, progress, plan, tokens } = bench
  const load = { path: socketPath, token: tokens.sets.ES384.tokens[0] ?? '', sockets: 64 }
  const contenders: Contender[] = (await startForwarders(bench, collect, takesPart)).map(
    ({ headers, ...forwarder }) => ({
      ...forwarder,
      load: { paths: [socketPath], headers },
      drive: (port, seconds) => runEchoLoop({ ...load, port, seconds }),
    }),
  )
  const runs = await runRounds(contenders, plan.brief, { folder, progress, title: 'WebSockets' })
  const title = 'Messages of 64 bytes there and back, over 64 WebSockets'
  collect.table({ id: 'sockets', title, runs, unit: 'message' })
}

async function eventStreams(bench: Bench, collect: Collect): Promise<void> {
  const { folder, plan } = bench
  const place = placeFor(bench, 'ES384')
  const gateway = collect.keep(await startGateway(folder, place, { connections: 2 * plan.streams }))
  collect.figure({
    id: 'kib-per-stream',
    name: `RSS of Scopegate for each of ${plan.streams.toLocaleString('en')} open event streams`,
    value: await kibPerStream(bench, gateway),
    unit: 'KiB',
  })
  const nginx = bench.peers.find(({ id }) => id === 'nginx')
  if (nginx === undefined) return
  collect.figure({
    id: 'kib-per-stream-nginx',
    name: 'the same of nginx',
    value: await kibPerStream(bench, collect.keep(await startPeer(folder, nginx, place))),
    unit: 'KiB',
  })
}

/** Counted from when it has served for a while, since compiled code and V8's heap are no part of a stream. */
async function kibPerStream(bench: Bench, subject: Subject): Promise<number> {
  const { folder, progress, plan, tokens } = bench
  const contender = { id: 'streams', name: 'streams', subject }
  progress.step('event streams, warming up')
  const load = { paths: [usualPath], headers: bearer(bench, 'ES384') }
  await runRound({ ...contender, load }, plan.brief.warmUpSeconds, folder)
  const token = tokens.sets.ES384.tokens[0] ?? ''
  const before = accountOf(subject.pids()).residentMiB
  progress.step(`event streams, ${plan.streams.toLocaleString('en')} open`)
  const open = await openEventStreams(subject.port, streamPath, token, plan.streams)
  await wait(settleMs)
  const after = accountOf(subject.pids()).residentMiB
  open.close()
  return ((after - before) * 1024) / plan.streams
}

const settleMs = 2000
