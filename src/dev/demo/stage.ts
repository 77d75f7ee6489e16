import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../../config/config.ts'
import { createLogger } from '../../log/logger.ts'
import { loadProfiles } from '../../logto/load-profiles.ts'
import type { Program } from '../../server/metrics-page.ts'
import { type Server, startServer } from '../../server/single-process.ts'
import type { LogtoData } from '../logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../logto/stand-in-logto.ts'

/** Where the parts of the demo listen. URLs name 127.0.0.1 in either case. */
export type Place = {
  readonly host: string
  /** 0 is any free port. */
  readonly logtoPort: number
  readonly pagePort: number
}

export const onThisMachine: Place = { host: '127.0.0.1', logtoPort: 0, pagePort: 0 }

/** In a container the ports are fixed, so that they can be published under the same numbers. */
export const inContainer: Place = { host: '0.0.0.0', logtoPort: 3001, pagePort: 3000 }

/** Everything that each part of the demo works with. */
export type Stage = {
  readonly place: Place
  readonly print: (line: string) => void
  /** Called at the end, the last one first. */
  readonly closers: (() => Promise<unknown>)[]
}

/** Default of `data`: the tenant of the founding story. */
export async function openLogto({ place, closers }: Stage, data?: LogtoData): Promise<StandInLogto> {
  const { host, logtoPort: port } = place
  const fixed = port === 0 ? {} : { issuerOrigin: `http://127.0.0.1:${port}` }
  const logto = await startStandInLogto({ host, port, ...fixed, ...(data !== undefined && { data }) })
  closers.push(() => logto.close())
  return logto
}

/** The program as `/metrics` describes it. */
const demoProgram: Program = {
  version: 'demo',
  config: { sha256: 'none', loadedAtMs: Date.now() },
  isFileInForce: true,
  droppedLines: 0,
}

/** `log` is a file descriptor or the name of a file. */
export async function openGateway(stage: Stage, config: Config, log: number | string): Promise<Server> {
  const logger = createLogger(config.log, log)
  stage.closers.push(() => logger.close())
  const server = await startServer({
    config,
    log: logger,
    program: demoProgram,
    createProfiles: loadProfiles,
  })
  stage.closers.push(() => server.stop())
  await untilReady(server, stage)
  return server
}

/** Keeps a configuration where a newcomer can look at it. Returns the name of the file. */
export async function saveConfig(text: string): Promise<string> {
  const fileName = join(await mkdtemp(join(tmpdir(), 'scopegate-demo-')), 'gateway.yaml')
  await writeFile(fileName, text)
  return fileName
}

const readyWithinMs = 10_000

/** A gateway without the issuer's keys responds with 503, which is not what a demo is for. */
async function untilReady({ adminPort }: Server, { print }: Stage): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  while (Date.now() < deadline) {
    const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined)
    await response?.arrayBuffer()
    if (response?.status === 200) return
    await wait(50)
  }
  print('The gateway is not ready; some answers will be 503. Its log says why.')
}

export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}
