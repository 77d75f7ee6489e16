import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** A process that listens and is loaded. */
export type Subject = {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

/** What is measured has one core for itself; load, upstream and the benchmark share another. */
export const measuredCore = '0'
export const otherCore = '1'

/** This process and what it starts from now on. */
export function keepToOtherCore(): void {
  execFileSync('taskset', ['-cp', otherCore, String(process.pid)], { stdio: 'ignore' })
}

export function spawnOn(cores: string, command: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn('taskset', ['-c', cores, ...command], options)
}

export type StartOptions = {
  /** The measured core unless said otherwise. */
  readonly cores?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

const running = new Set<Subject>()
let ended = false

/**
 * Resolves when the port accepts connections. Throws when the program ends before, or does not listen in 20
 * s.
 */
export async function startSubject(
  command: readonly string[],
  port: number,
  { cores = measuredCore, env, cwd }: StartOptions = {},
): Promise<Subject> {
  if (ended) throw new Error('the benchmark has ended')
  const child = spawnOn(cores, command, {
    // Pipes, as a service has under Docker and systemd. A file would have it pay for the disk of this
    // machine.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    detached: true, // A group of its own, to be ended with all that it starts.
    ...(cwd === undefined ? {} : { cwd }),
  })
  const subject = {
    port,
    pid: child.pid ?? 0,
    stop: () => stop(child).then(() => void running.delete(subject)),
  }
  running.add(subject)
  try {
    await Promise.race([untilListening(port), earlyEnd(child, firstWords(child))])
  } catch (error) {
    await subject.stop()
    throw error
  }
  return subject
}

/** Whatever becomes of `use`, the subject does not outlive it. */
export async function using<S extends Subject, T>(
  start: Promise<S>,
  use: (subject: S) => Promise<T>,
): Promise<T> {
  const subject = await start
  try {
    return await use(subject)
  } finally {
    await subject.stop()
  }
}

/** Nothing is started any more, and what runs is stopped. */
export async function endAll(): Promise<void> {
  ended = true
  await Promise.allSettled([...running].map((subject) => subject.stop()))
}

/**
 * Asked to end, the first of the group takes the others with it; after three seconds nobody is asked any
 * more.
 */
async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill()
  const force = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 3000)
  await gone
  clearTimeout(force)
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

/** The line that says what went wrong, where one does. */
function complaint(text: string): string {
  const lines = text.trim().split('\n')
  return (lines.find((line) => /error|fatal|denied/i.test(line)) ?? lines.at(-1) ?? '').trim().slice(0, 200)
}

/** taskset becomes the program, so its exit is the program's. */
function earlyEnd(child: ChildProcess, head: () => string): Promise<never> {
  return new Promise((_, reject) => {
    child.once('exit', () => reject(new Error(`it ended at once: ${complaint(head())}`)))
    child.once('error', reject)
  })
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  server.close()
  await once(server, 'close')
  return port
}

async function untilListening(port: number): Promise<void> {
  const deadline = performance.now() + 20_000
  while (performance.now() < deadline) {
    if (await accepts(port)) return
    await wait(1)
  }
  throw new Error(`nothing listens on port ${port} after 20 s`)
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
