import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { formatIssue } from '../../config/issue.ts'
import { parseConfig } from '../../config/load.ts'
import { createLogger } from '../../log/logger.ts'
import { type Server, startServer } from '../../server/single-process.ts'
import { type StandInLogto, startStandInLogto } from '../logto/stand-in-logto.ts'
import { findPorts } from '../stand-in/listen.ts'
import { startSampleApi } from '../stand-in/sample-api.ts'
import { startCallbackPage } from './callback-page.ts'
import { demoConfig } from './config.ts'
import { playStory, type Story } from './story.ts'
import { formatStory, suggestions } from './story-text.ts'

export type DemoOptions = {
  /** The demo ends after the story. Otherwise everything stays up until Ctrl-C. */
  readonly once: boolean
  /** Of the gateway. When it is taken, another one is used and named. */
  readonly port: number
  /** Default: standard output. */
  readonly print?: (line: string) => void
}

/**
 * Starts a stand-in for Logto, a sample API and the gateway between them, plays the founding story and prints
 * it. Resolves with the exit status: 0 when every line came out as expected, otherwise 1.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const print = options.print ?? ((line) => void process.stdout.write(`${line}\n`))
  const closers: Closer[] = []
  try {
    const stage = await setStage(options.port, print, closers)
    if (stage === undefined) return 1
    print('Playing the story: every line is a real sign-in or a real request.\n')
    const story = await playStory(stage.logto, stage.gateway)
    print(formatStory(story, process.stdout.columns ?? defaultWidth))
    if (!options.once) await stay(stage, story, print, closers)
    return story.lines.every(({ expected }) => expected) ? 0 : 1
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

/** Characters a line where there is no terminal to ask. */
const defaultWidth = 120

type Print = (line: string) => void
type Closer = () => Promise<void>
type Stage = { readonly logto: StandInLogto; readonly gateway: string }

async function setStage(wantedPort: number, print: Print, closers: Closer[]): Promise<Stage | undefined> {
  print('Starting a stand-in for Logto, a sample API and Scopegate between them ...')
  const logto = await startStandInLogto()
  closers.push(() => logto.close())
  const api = await startSampleApi()
  closers.push(() => api.close())
  const { port, adminPort } = await findPorts(wantedPort)
  if (wantedPort !== 0 && port !== wantedPort) {
    print(`Port ${wantedPort} is taken, so the gateway uses ${port}.`)
  }
  const text = demoConfig({ port, adminPort, logto: logto.origin, upstream: api.origin })
  const server = await startGateway(text, print, closers)
  if (server === undefined) return undefined
  await untilReady(server, print)
  return { logto, gateway: `http://127.0.0.1:${server.port}` }
}

/** Saves the configuration where a newcomer can look at it, and the gateway's log in the same folder. */
async function startGateway(text: string, print: Print, closers: Closer[]): Promise<Server | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'scopegate-demo-'))
  const fileName = join(folder, 'gateway.yaml')
  const logFile = join(folder, 'gateway.log')
  await writeFile(fileName, text)
  const { config, issues } = parseConfig(text, { fileName, env: {} })
  if (config === undefined) {
    for (const issue of issues) print(formatIssue(issue, { fileName, text }))
    return undefined
  }
  print(`\nThe whole configuration, saved as ${fileName}:\n\n${text.replace(/^(?=.)/gm, '    ')}`)
  print(`The gateway's log goes to ${logFile}`)
  const log = createLogger(config.log, logFile)
  closers.push(() => log.close())
  const server = await startServer({ config, log })
  closers.push(() => server.stop())
  return server
}

const readyWithinMs = 10_000

/** A gateway without the issuer's keys responds with 503, which is not the story to tell. */
async function untilReady({ adminPort }: Server, print: Print): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  while (Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return
    await wait(50)
  }
  print('The gateway is not ready; some answers will be 503. Its log says why.')
}

/** Prints what to try next and waits for Ctrl-C. */
async function stay({ logto, gateway }: Stage, story: Story, print: Print, closers: Closer[]): Promise<void> {
  const page = await startCallbackPage(logto, gateway)
  closers.push(() => page.close())
  print(suggestions(story, gateway, page.url))
  await interrupted()
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}
