import { type Bench, bearer, gatewayOf, newPlace, peerOf } from '../environment.ts'
import { checkPeer } from '../peers/check.ts'
import type { Algorithm, Peer } from '../peers/peer.ts'
import type { Run } from '../results.ts'
import { type Contender, type Line, runRounds } from '../rounds.ts'
import { publicPath, usualPath } from '../workload/gateway-config.ts'
import { spoil } from '../workload/issuer.ts'
import type { Section } from './section.ts'

/** Enough to tell whether the gateway has become slower. */
const quickPeers: ReadonlySet<string> = new Set(['undici', 'nginx'])

/** The same small request through everything: who carries how many, and what one costs. */
export const throughput: Section = {
  id: 'throughput',
  title: 'Requests with a known token',
  quick: true,
  peers: ({ id }, { quick }) => !quick || quickPeers.has(id),
  async run(bench, collect) {
    const { quick } = bench.plan
    const { contenders, failed } = await peers(bench)
    const all = [
      ...(quick ? [] : [upstreamItself(bench)]),
      ...(await gateways(bench, quick ? ['ES384'] : ['ES384', 'ES256', 'RS256'])),
      ...contenders,
    ]
    const runs = await runRounds(all, bench.plan, { ...bench, title: 'requests' })
    collect.table({ id: 'throughput', title: throughput.title, runs: [...runs, ...failed] })
  },
}

export const upstreamId = 'direct'

function upstreamItself({ upstream }: Bench): Contender {
  const line = { id: upstreamId, name: 'upstream asked directly', load: { paths: [usualPath] } }
  return { start: async () => ({ ...upstream, stop: async () => {} }), lines: [line] }
}

async function gateways(bench: Bench, algorithms: readonly Algorithm[]): Promise<Contender[]> {
  const contenders: Contender[] = []
  for (const algorithm of algorithms) {
    const known: Line = {
      id: gatewayId(algorithm),
      name: `Scopegate, ${algorithm}`,
      does: 'verifies, decides, writes identity headers and a log line; verified tokens are cached',
      load: { paths: [usualPath], headers: await bearer(bench, algorithm) },
    }
    contenders.push({ start: () => gatewayOf(bench, algorithm), lines: [known] })
  }
  if (!bench.plan.quick) contenders.push({ start: () => gatewayOf(bench, 'ES384'), lines: [open] })
  return contenders
}

const open: Line = {
  id: 'scopegate-public',
  name: 'Scopegate, public route',
  does: 'no token',
  load: { paths: [publicPath] },
}

export const gatewayId = (algorithm: Algorithm) => `scopegate-${algorithm}`

/** A peer that does not do its work has no rounds. */
async function peers(bench: Bench): Promise<{ contenders: Contender[]; failed: Run[] }> {
  const contenders: Contender[] = []
  const failed: Run[] = []
  for (const peer of bench.peers.filter((one) => throughput.peers?.(one, bench.plan))) {
    for (const algorithm of peer.algorithms.length === 0 ? [undefined] : peer.algorithms) {
      if (algorithm === 'ES256') continue // Neither Logto's own nor the one that most others are made for.
      bench.progress.step(`asking ${peer.name} whether it does its work`)
      const signed = algorithm ?? 'ES384'
      const line = await peerLine(bench, peer, algorithm)
      const problem = await checkPeer(
        peer,
        await newPlace(bench, peer, signed),
        await checkTokens(bench, signed),
      )
      if (problem === undefined) contenders.push({ start: () => peerOf(bench, peer, signed), lines: [line] })
      else failed.push({ id: line.id, name: line.name, rounds: [], problem })
    }
  }
  return { contenders, failed }
}

/** A peer that let everybody in would be fast. */
async function checkTokens({ issuers }: Bench, algorithm: Algorithm) {
  const issuer = issuers[algorithm]
  const [good = ''] = await issuer.tokens(1)
  const now = Math.floor(Date.now() / 1000)
  return {
    good,
    badSignature: spoil(await issuer.token({})),
    expired: await issuer.token({ iat: now - 7200, exp: now - 3600 }),
    wrongAudience: await issuer.token({ aud: 'https://other.example.com/' }),
  }
}

async function peerLine(
  bench: Bench,
  { id, name, does }: Peer,
  algorithm: Algorithm | undefined,
): Promise<Line> {
  const signed = algorithm ?? 'ES384'
  return {
    id: algorithm === undefined ? id : `${id}-${algorithm}`,
    name: algorithm === undefined ? name : `${name}, ${algorithm}`,
    does,
    against: gatewayId(signed),
    load: { paths: [usualPath], headers: await bearer(bench, signed) },
  }
}
