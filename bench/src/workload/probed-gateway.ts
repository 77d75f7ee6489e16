import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type Bench, placeOf } from '../environment.ts'
import type { Subject } from '../machine/subject.ts'
import type { Algorithm } from '../peers/peer.ts'
import { program } from '../programs.ts'
import { type GatewayStart, startGateway } from './gateway.ts'

export type ProbedGateway = Subject & {
  /** Bytes of V8's heap and next to it in use: after a collection, or the least since last asked. */
  usedBytes(how: 'collected' | 'least'): Promise<number>
}

/** A gateway that can be asked what it holds. */
export async function startProbedGateway(
  bench: Bench,
  algorithm: Algorithm,
  options: Pick<GatewayStart, 'config'> = {},
): Promise<ProbedGateway> {
  const file = join(bench.folder, `probe-${performance.now()}`)
  const subject = await startGateway(bench.folder, placeOf(bench, algorithm), {
    ...options,
    nodeOptions: ['--import', pathToFileURL(program('probe')).href],
    env: { SCOPEGATE_BENCH_PROBE: file },
  })
  return {
    ...subject,
    async usedBytes(how) {
      await rm(file, { force: true })
      process.kill(subject.pid, how === 'collected' ? 'SIGUSR2' : 'SIGURG')
      return (await untilWritten(file)).usedBytes
    },
  }
}

async function untilWritten(file: string): Promise<{ usedBytes: number }> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) return JSON.parse(text) // Written by probe.ts.
    await wait(5)
  }
  throw new Error('the gateway does not say what it holds')
}
