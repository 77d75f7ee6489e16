import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, keepToOtherCore, otherCore, type Subject, startSubject } from './machine/subject.ts'
import { peers } from './peers/all.ts'
import type { Algorithm, Peer, Place } from './peers/peer.ts'
import type { Plan } from './plan.ts'
import { program } from './programs.ts'
import { messageOf, type Progress } from './progress.ts'
import type { Results } from './results.ts'
import { type GatewayStart, startGateway } from './workload/gateway.ts'
import { type Issuers, resource, startIssuers } from './workload/issuer.ts'

/** What all sections share: issuers, an upstream and the peers that can be had here. */
export type Bench = {
  readonly plan: Plan
  readonly progress: Progress
  /** Gone at the end. */
  readonly folder: string
  readonly issuers: Issuers
  readonly upstream: Subject
  readonly peers: readonly Peer[]
  readonly absent: Results['absent']
  close(): Promise<void>
}

export async function openBench(
  plan: Plan,
  progress: Progress,
  wanted: (peer: Peer) => boolean,
): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'scopegate-bench-'))
  const { here, absent } = await findPeers(peers.filter(wanted), progress)
  keepToOtherCore()
  const issuers = await startIssuers(folder)
  const upstream = await startUpstream()
  return {
    ...{ plan, progress, folder, issuers, upstream, peers: here, absent },
    async close() {
      issuers.close()
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

/** One more upstream, or the one that all share. */
export async function startUpstream(cores = otherCore): Promise<Subject> {
  const port = await freePort()
  return startSubject([process.execPath, program('upstream'), String(port)], port, { cores })
}

/** A gateway for tokens of `algorithm`. */
export function gatewayOf(bench: Bench, algorithm: Algorithm, options: GatewayStart = {}): Promise<Subject> {
  return startGateway(bench.folder, placeOf(bench, algorithm), options)
}

export async function peerOf(bench: Bench, peer: Peer, algorithm: Algorithm): Promise<Subject> {
  return peer.start(await newPlace(bench, peer, algorithm))
}

export async function newPlace(bench: Bench, { id }: Peer, algorithm: Algorithm): Promise<Place> {
  const folder = await mkdtemp(join(bench.folder, `${id}-`))
  return { ...placeOf(bench, algorithm), folder, port: await freePort() }
}

export function placeOf({ issuers, upstream }: Bench, algorithm: Algorithm): Omit<Place, 'folder' | 'port'> {
  const { url, jwksFile } = issuers[algorithm]
  return { upstreamPort: upstream.port, jwksFile, jwksUrl: `${url}/jwks`, issuer: url, resource, algorithm }
}

/** The first token of an algorithm, as a header. */
export async function bearer({ issuers }: Bench, algorithm: Algorithm) {
  const [token] = await issuers[algorithm].tokens(1)
  return { Authorization: `Bearer ${token}` }
}

let written = 0

/** `count` tokens as a file, one a line, without the first `skip`. */
export async function tokensFile(
  bench: Bench,
  algorithm: Algorithm,
  count: number,
  skip = 0,
): Promise<string> {
  const tokens = await bench.issuers[algorithm].tokens(skip + count)
  written += 1
  const file = join(bench.folder, `tokens-${written}`)
  await writeFile(file, tokens.slice(skip).join('\n'))
  return file
}
