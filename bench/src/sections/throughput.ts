import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bench, bearer, placeFor } from '../bench.ts'
import { freePort } from '../machine/port.ts'
import { checkPeer } from '../peers/check.ts'
import type { Algorithm, Peer } from '../peers/peer.ts'
import { type Contender, messageOf, runRounds } from '../rounds.ts'
import { startGateway, startPeer } from '../subject.ts'
import { peersOfTargets } from '../targets.ts'
import { publicPath, usualPath } from '../workload/gateway-config.ts'
import { algorithms } from '../workload/token-store.ts'
import type { Collect, Section } from './section.ts'

/** The same small request through everything: who carries how many, and what one costs. */
export const throughput: Section = {
  id: 'throughput',
  title: 'Requests with a known token',
  quick: true,
  peers: true,
  seconds: ({ rounds, roundSeconds, warmUpSeconds, quick }) =>
    (quick ? 10 : 25) * (rounds * (roundSeconds + 0.1) + (warmUpSeconds + 1) / 2) + (quick ? 8 : 20),
  async run(bench, collect) {
    const contenders = [
      ...(bench.plan.quick ? [] : [upstreamItself(bench)]),
      ...(await gateways(bench, collect)),
      ...(await peerContenders(bench, collect)),
    ]
    const { folder, progress } = bench
    const runs = await runRounds(contenders, bench.plan, { folder, progress, title: 'requests' })
    collect.table({ id: 'throughput', title: throughput.title, runs })
  },
}

function upstreamItself({ upstreamPort }: Bench): Contender {
  const subject = { port: upstreamPort, pids: () => [], stop: async () => {} }
  return { id: 'direct', name: 'upstream asked directly', subject, load: { paths: [usualPath] } }
}

async function gateways(bench: Bench, collect: Collect): Promise<Contender[]> {
  const contenders: Contender[] = []
  for (const algorithm of algorithms) {
    if (bench.plan.quick && algorithm === 'ES256') continue
    bench.progress.step(`starting Scopegate with ${algorithm}`)
    const subject = collect.keep(await startGateway(bench.folder, placeFor(bench, algorithm)))
    const load = { paths: [usualPath], headers: bearer(bench, algorithm) }
    const does = 'verifies, decides, writes identity headers and a log line; verified tokens are cached'
    contenders.push({ id: gatewayId(algorithm), name: `Scopegate, ${algorithm}`, does, subject, load })
    if (algorithm === 'ES384' && !bench.plan.quick) {
      contenders.push({
        id: 'scopegate-public',
        name: 'Scopegate, public route',
        does: 'no token',
        subject,
        warmUpSeconds: 2,
        load: { paths: [publicPath] },
      })
    }
  }
  return contenders
}

export const gatewayId = (algorithm: Algorithm) => `scopegate-${algorithm}`
export const peerRunId = (peer: Pick<Peer, 'id'>, algorithm: Algorithm | undefined) =>
  algorithm === undefined ? peer.id : `${peer.id}-${algorithm}`

async function peerContenders(bench: Bench, collect: Collect): Promise<Contender[]> {
  const contenders: Contender[] = []
  // One that only refuses has its place among the refusals.
  for (const peer of bench.peers.filter(({ refusesAll }) => refusesAll !== true)) {
    for (const algorithm of algorithmsFor(peer)) {
      const id = peerRunId(peer, algorithm)
      if (bench.plan.quick && !peersOfTargets.has(id)) continue
      bench.progress.step(`starting ${peer.name}`)
      const contender = await peerContender(bench, collect, peer, algorithm).catch((error) =>
        collect.problem(`${peer.name}: ${messageOf(error)}`),
      )
      if (contender !== undefined) contenders.push(contender)
    }
  }
  return contenders
}

/** Logto's own, and the one that others are made for. */
function algorithmsFor({ algorithms: known }: Peer): readonly (Algorithm | undefined)[] {
  if (known.length === 0) return [undefined]
  const wanted = (['ES384', 'RS256'] as const).filter((algorithm) => known.includes(algorithm))
  return wanted.length === 0 ? known.slice(0, 1) : wanted
}

async function peerContender(
  bench: Bench,
  collect: Collect,
  peer: Peer,
  algorithm: Algorithm | undefined,
): Promise<Contender> {
  await requireWork(bench, peer, algorithm ?? 'ES384')
  const subject = collect.keep(await startPeer(bench.folder, peer, placeFor(bench, algorithm ?? 'ES384')))
  const name = algorithm === undefined ? peer.name : `${peer.name}, ${algorithm}`
  const load = { paths: [usualPath], headers: bearer(bench, algorithm ?? 'ES384') }
  const against = gatewayId(algorithm ?? 'ES384')
  return { id: peerRunId(peer, algorithm), name, does: peer.does, against, subject, load }
}

/** A peer that let everybody in would be fast. */
async function requireWork(bench: Bench, peer: Peer, algorithm: Algorithm): Promise<void> {
  const folder = await mkdtemp(join(bench.folder, `${peer.id}-check-`))
  const { tokens, faulty } = bench.tokens.sets[algorithm]
  const place = { ...placeFor(bench, algorithm), folder, port: await freePort() }
  const problem = await checkPeer(peer, { ...place, tokens: { good: tokens[0] ?? '', ...faulty } })
  if (problem !== undefined) throw new Error(problem)
}
