import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bench, jwksFileIn } from './bench.ts'
import { keepToOtherCore, otherCore } from './machine/cores.ts'
import { freePort, isFree } from './machine/port.ts'
import { peers } from './peers/all.ts'
import type { Peer } from './peers/peer.ts'
import type { Plan } from './plan.ts'
import type { Progress } from './progress.ts'
import type { Results } from './results.ts'
import { messageOf } from './rounds.ts'
import { startProgram } from './subject.ts'
import { startIssuer } from './workload/issuer.ts'
import { algorithms, openTokens } from './workload/token-store.ts'

export type Environment = {
  readonly bench: Bench
  readonly absent: Results['absent']
  close(): Promise<void>
}

/** Tokens, issuer, upstream and, where wanted, peers: what all sections share. */
export async function openEnvironment(
  plan: Plan,
  progress: Progress,
  wantsPeers: boolean,
): Promise<Environment> {
  const folder = await mkdtemp(join(tmpdir(), 'scopegate-bench-'))
  const tokens = await openTokens(plan.tokens, { isFree, free: freePort }, (text) => progress.detail(text))
  for (const algorithm of algorithms) {
    await writeFile(jwksFileIn(folder, algorithm), JSON.stringify(tokens.sets[algorithm].signer.jwks))
  }
  const { here, absent } = await findPeers(wantsPeers ? peers : [], progress)
  keepToOtherCore()
  const issuer = await startIssuer(tokens)
  const upstream = await startProgram('upstream', [], { cores: otherCore })
  return {
    bench: { plan, progress, folder, tokens, upstreamPort: upstream.port, peers: here },
    absent,
    async close() {
      issuer.close()
      issuer.closeAllConnections()
      await upstream.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function findPeers(
  all: readonly Peer[],
  progress: Progress,
): Promise<{ here: Peer[]; absent: Results['absent'] }> {
  const here: Peer[] = []
  const absent: { id: string; name: string; why: string }[] = []
  for (const peer of all) {
    progress.step(`looking for ${peer.name}`)
    const why = await peer.prepare((text) => progress.step(text)).catch(messageOf)
    if (why === undefined) here.push(peer)
    else absent.push({ id: peer.id, name: peer.name, why })
  }
  return { here, absent }
}
