import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { otherCore, spawnOn } from '../machine/subject.ts'
import { program } from '../programs.ts'
import type { EchoLoad } from './echo-loop.ts'
import type { LoadResult, StreamResult } from './measured.ts'
import type { OpenLoad } from './open-loop.ts'

/** A program to its end. */
export async function runOn(
  cores: string,
  command: readonly string[],
): Promise<{ readonly output: string; readonly problem: string }> {
  const child = spawnOn(cores, command, { stdio: ['ignore', 'pipe', 'pipe'] })
  if (child.stdout === null || child.stderr === null) throw new Error(`${command[0]} has no output`)
  const [output, problem] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { output, problem }
}

/** `requests` are messages that came back. Throws when a WebSocket was refused or broke. */
export async function runEchoLoop(load: EchoLoad): Promise<LoadResult> {
  return JSON.parse(await runLoad('echo-loop', load)) as LoadResult // Written by echo-loop.ts.
}

/** One result for each stream, in their order. */
export async function runOpenLoop(load: OpenLoad): Promise<StreamResult[]> {
  const idle = ['chrt', '-i', '0'] // SCHED_IDLE: see open-loop.ts.
  return JSON.parse(await runLoad('open-loop', load, idle)) as StreamResult[] // Written by open-loop.ts.
}

async function runLoad(name: string, load: object, before: readonly string[] = []): Promise<string> {
  const command = [...before, process.execPath, program(`load/${name}`), JSON.stringify(load)]
  const { output, problem } = await runOn(otherCore, command)
  if (output === '') throw new Error(problem || 'the load ended early')
  return output
}
