import type { ChildProcess } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { measuredCore, spawnOn, stopProcess } from './machine/cores.ts'
import { freePort, untilListening } from './machine/port.ts'
import type { Peer, Place } from './peers/peer.ts'
import { gatewayProgram, program } from './programs.ts'
import { type GatewayOptions, gatewayConfig } from './workload/gateway-config.ts'

/** Something that listens and is loaded. */
export type Subject = {
  readonly port: number
  pids(): readonly number[]
  stop(): Promise<void>
}

export type SubjectPlace = Omit<Place, 'folder' | 'port'>

export type GatewayStart = GatewayOptions & {
  readonly cores?: string
  /** For Node, before the program. */
  readonly nodeOptions?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export async function startGateway(
  parent: string,
  place: SubjectPlace,
  options: GatewayStart = {},
): Promise<Subject> {
  const folder = await mkdtemp(join(parent, 'gateway-'))
  const [port, adminPort] = [await freePort(), await freePort()]
  const configFile = join(folder, 'gateway.yaml')
  await writeFile(configFile, gatewayConfig({ ...place, port, adminPort }, options))
  const command = [
    process.execPath,
    ...(options.nodeOptions ?? []),
    gatewayProgram,
    'serve',
    '--config',
    configFile,
  ]
  return startCommand(command, port, options)
}

/** A program of this folder that takes the port as its first argument. */
export async function startProgram(
  name: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
): Promise<Subject> {
  const port = await freePort()
  return startCommand([process.execPath, program(name), String(port), ...args], port, options)
}

export async function startPeer(parent: string, peer: Peer, place: SubjectPlace): Promise<Subject> {
  const folder = await mkdtemp(join(parent, `${peer.id}-`))
  const port = await freePort()
  const started = await peer.start({ ...place, folder, port })
  return { port, pids: () => started.pids(), stop: () => started.stop() }
}

type CommandOptions = Pick<GatewayStart, 'cores' | 'env'>

async function startCommand(
  command: readonly string[],
  port: number,
  options: CommandOptions,
): Promise<Subject> {
  // Pipes, as a service has under Docker and systemd. A file would have it pay for the disk of this machine.
  const child = spawnOn(options.cores ?? measuredCore, command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  })
  try {
    await Promise.race([untilListening(port), earlyEnd(child, firstWords(child))])
  } catch (error) {
    await stopProcess(child)
    throw error
  }
  return {
    port,
    pids: () => [child.pid ?? 0],
    stop: () => stopProcess(child),
  }
}

/** Reads on, so that nobody waits, and keeps only how it began. */
function firstWords(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      if (text.length < 500) text += chunk.toString('utf8', 0, 500)
    })
  }
  return () => text
}

/** taskset becomes the program, so its exit is the program's. */
function earlyEnd(child: ChildProcess, head: () => string): Promise<never> {
  return new Promise((_, reject) => {
    child.once('exit', () => reject(new Error(`it ended at once: ${head()}`)))
    child.once('error', reject)
  })
}
