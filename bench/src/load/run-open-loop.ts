import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { otherCore, spawnOn } from '../machine/cores.ts'
import { program } from '../programs.ts'
import type { OpenLoad, StreamResult } from './open-loop.ts'

/** One result for each stream, in their order. */
export async function runOpenLoop(load: OpenLoad): Promise<StreamResult[]> {
  const command = ['chrt', '-i', '0', process.execPath, program('load/open-loop'), JSON.stringify(load)]
  const child = spawnOn(otherCore, command, { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('the load has no output')
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (output === '') throw new Error('the load ended early')
  return JSON.parse(output) as StreamResult[] // Written by open-loop.ts.
}
