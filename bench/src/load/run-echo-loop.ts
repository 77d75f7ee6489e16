import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { otherCore, spawnOn } from '../machine/cores.ts'
import { program } from '../programs.ts'
import type { EchoLoad } from './echo-loop.ts'
import type { LoadResult } from './wrk.ts'

/** `requests` are messages that came back. Throws when a WebSocket was refused or broke. */
export async function runEchoLoop(load: EchoLoad): Promise<LoadResult> {
  const command = [process.execPath, program('load/echo-loop'), JSON.stringify(load)]
  const child = spawnOn(otherCore, command, { stdio: ['ignore', 'pipe', 'pipe'] })
  if (child.stdout === null || child.stderr === null) throw new Error('the load has no output')
  const [output, problem] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (output === '') throw new Error(problem || 'the load ended early')
  return JSON.parse(output) as LoadResult // Written by echo-loop.ts.
}
