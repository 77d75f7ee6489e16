import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { LoadMessage, LoadOptions } from './load.ts'

/** What is measured has core 0 for itself; the load, the upstream and the benchmark share core 1. */
const measuredCore = '0'
const otherCore = '1'

export type Subject = {
  readonly name: string
  readonly port: number
  /** Undefined for the upstream asked directly, which is not what is measured. */
  readonly process: ChildProcess | undefined
}

export function keepToOtherCore(): void {
  execFileSync('taskset', ['-cp', otherCore, String(process.pid)], { stdio: 'ignore' })
}

/** A program of this folder, or of the project, on the measured core. Its output goes to `logFile`. */
export function startMeasured(file: string, args: readonly string[], logFile: string): ChildProcess {
  const log = openSync(logFile, 'a')
  return spawn('taskset', ['-c', measuredCore, process.execPath, file, ...args], {
    stdio: ['ignore', log, log],
  })
}

export function startBeside(file: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

export const program = (name: string) => join(import.meta.dirname, `${name}.js`)
export const gatewayProgram = join(import.meta.dirname, '../../../..', 'cli.js')

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  server.close()
  await once(server, 'close')
  return port
}

/** Resolves when the port accepts a connection. Throws after ten seconds. */
export async function untilListening(port: number): Promise<void> {
  const deadline = performance.now() + 10_000
  while (performance.now() < deadline) {
    if (await accepts(port)) return
    await wait(1)
  }
  throw new Error(`nothing listens on port ${port}`)
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

export async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill()
  await gone
}

export type LoadResult = { readonly requestsPerSecond: number; readonly cpuMicros: number | undefined }

/** Runs one load to its end. CPU time is the subject's own, a request. Throws when any answer was not as expected. */
export async function runLoad(
  subject: Subject,
  options: Omit<LoadOptions, 'port'>,
  progress: (requests: number) => void = () => {},
): Promise<LoadResult> {
  const child = startBeside(program('load'), [JSON.stringify({ ...options, port: subject.port })])
  const pid = subject.process?.pid
  let cpuBefore = 0
  const result = await new Promise<LoadResult>((resolve, reject) => {
    child.on('message', (message: LoadMessage) => {
      if (message.kind === 'measuring') cpuBefore = cpuMicrosOf(pid)
      else if (message.kind === 'progress') progress(message.requests)
      else if (message.kind === 'failed') reject(new Error(`${subject.name}: ${message.problem}`))
      else {
        const cpuMicros = pid === undefined ? undefined : (cpuMicrosOf(pid) - cpuBefore) / message.requests
        resolve({ requestsPerSecond: message.requests / message.seconds, cpuMicros })
      }
    })
    child.on('exit', () => reject(new Error(`${subject.name}: the load ended early`)))
  })
  await stop(child)
  return result
}

/** CPU time of a process so far, in microseconds: proc(5), fields 14 and 15, in ticks of 10 ms. */
function cpuMicrosOf(pid: number | undefined): number {
  if (pid === undefined) return 0
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

/** Resident memory of a process, in MiB. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return Number(kib) / 1024
}
