import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, truncate, writeFile } from 'node:fs/promises'
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
  /** What a log has grown to is not wanted. */
  clearLog(): Promise<void>
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
  return startCommand(command, port, folder, options)
}

/** A program of this folder that takes the port as its first argument. */
export async function startProgram(
  parent: string,
  name: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
): Promise<Subject> {
  const folder = await mkdtemp(join(parent, `${name}-`))
  const port = await freePort()
  return startCommand([process.execPath, program(name), String(port), ...args], port, folder, options)
}

export async function startPeer(parent: string, peer: Peer, place: SubjectPlace): Promise<Subject> {
  const folder = await mkdtemp(join(parent, `${peer.id}-`))
  const port = await freePort()
  const started = await peer.start({ ...place, folder, port })
  return { port, pids: () => started.pids(), clearLog: async () => {}, stop: () => started.stop() }
}

type CommandOptions = Pick<GatewayStart, 'cores' | 'env'>

async function startCommand(
  command: readonly string[],
  port: number,
  folder: string,
  options: CommandOptions,
): Promise<Subject> {
  const logFile = join(folder, 'log')
  const log = openSync(logFile, 'a')
  const child = spawnOn(options.cores ?? measuredCore, command, {
    stdio: ['ignore', log, log],
    env: { ...process.env, ...options.env },
  })
  closeSync(log)
  try {
    await Promise.race([untilListening(port), earlyEnd(child, logFile)])
  } catch (error) {
    await stopProcess(child)
    throw error
  }
  return {
    port,
    pids: () => [child.pid ?? 0],
    clearLog: () => truncate(logFile),
    stop: () => stopProcess(child),
  }
}

/** taskset becomes the program, so its exit is the program's. */
function earlyEnd(child: ChildProcess, logFile: string): Promise<never> {
  return new Promise((_, reject) => {
    child.once('exit', () =>
      reject(new Error(`it ended at once: ${readFileSync(logFile, 'utf8').slice(0, 500)}`)),
    )
    child.once('error', reject)
  })
}
