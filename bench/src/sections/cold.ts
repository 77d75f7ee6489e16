import { type Bench, bearer, placeFor, tokensFile } from '../bench.ts'
import type { Peer } from '../peers/peer.ts'
import { type Contender, messageOf, runRound, runRounds, type TokensFile } from '../rounds.ts'
import { startGateway, startPeer } from '../subject.ts'
import { usualPath } from '../workload/gateway-config.ts'
import type { Collect, Section } from './section.ts'
import { gatewayId, peerRunId } from './throughput.ts'

/** Every request with a token that was never seen before: what a verification costs, and how many one core does. */
export const cold: Section = {
  id: 'cold',
  title: 'Requests with a new token',
  quick: false,
  peers: true,
  seconds: ({ brief: { rounds, roundSeconds, warmUpSeconds } }) =>
    3 * rounds * (roundSeconds + 0.2) + warmUpSeconds + 6,
  async run(bench, collect) {
    const { folder, progress, plan } = bench
    const contenders = [await gateway(bench, collect), ...(await verifiers(bench, collect))]
    const runs = await runRounds(contenders, plan.brief, { folder, progress, title: 'new tokens' })
    collect.table({ id: 'cold', title: `${cold.title}, ES384`, runs })
  },
}

/** Warmed up with one token, so that forwarding is compiled and no other token is known. */
async function gateway(bench: Bench, collect: Collect): Promise<Contender> {
  const { folder, progress, plan } = bench
  progress.step('new tokens, warming up: Scopegate')
  const subject = collect.keep(await startGateway(folder, placeFor(bench, 'ES384')))
  const contender = { id: gatewayId('ES384'), name: 'Scopegate', subject, load: { paths: [usualPath] } }
  const known = { ...contender, load: { ...contender.load, headers: bearer(bench, 'ES384') } }
  await runRound(known, plan.brief.warmUpSeconds, folder)
  return {
    ...contender,
    does: 'verifies each token once; here that is each request',
    warmUpSeconds: 0,
    nextTokens: slices(bench),
  }
}

/** They keep no token, so each of theirs is new whatever came before. */
async function verifiers(bench: Bench, collect: Collect): Promise<Contender[]> {
  const contenders: Contender[] = []
  const count = bench.tokens.sets.ES384.tokens.length
  const load = { paths: [usualPath], tokensFile: await tokensFile(bench, 'ES384', count) }
  for (const peer of bench.peers.filter(({ id }) => id === 'haproxy' || id === 'envoy')) {
    const subject = await startVerifier(bench, collect, peer)
    if (subject === undefined) continue
    const { name, does } = peer
    contenders.push({
      id: peerRunId(peer, 'ES384'),
      name,
      does,
      against: gatewayId('ES384'),
      subject,
      load,
    })
  }
  return contenders
}

function startVerifier(bench: Bench, collect: Collect, peer: Peer) {
  return startPeer(bench.folder, peer, placeFor(bench, 'ES384')).then(collect.keep, (error) =>
    collect.problem(`${peer.name}: ${messageOf(error)}`),
  )
}

/** An equal part of all tokens for each round; the first of all is known. */
function slices(bench: Bench): () => Promise<TokensFile> {
  const count = Math.floor((bench.tokens.sets.ES384.tokens.length - 1) / bench.plan.brief.rounds)
  let round = 0
  return async () => {
    const file = await tokensFile(bench, 'ES384', count, 1 + round * count)
    round += 1
    return { file, count }
  }
}
