import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { styleText } from 'node:util'
import { formatIssue } from '../config/issue.ts'
import { parseConfig } from '../config/load.ts'
import { createLogger } from '../log/logger.ts'
import { type Server, startServer } from '../server.ts'
import { curl, startCallbackPage } from './callback-page.ts'
import { demoConfig } from './demo-config.ts'
import { playStory, type Story } from './demo-story.ts'
import { findPort } from './listener.ts'
import { type StandInLogto, startStandInLogto } from './logto/stand-in-logto.ts'
import { startSampleApi } from './sample-api.ts'
import { formatTable, wrap } from './table.ts'

export type DemoOptions = {
  /** Play the story and end. Otherwise everything stays up until Ctrl-C. */
  readonly once: boolean
  /** Of the gateway. When it is taken, another is used and named. */
  readonly port: number
  /** Default: standard output. */
  readonly print?: (line: string) => void
}

/**
 * Starts a stand-in for Logto, a sample API and the gateway between them, plays the founding story and prints it.
 * Resolves with the exit status: 0 when every line came out as expected, otherwise 1.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const print = options.print ?? ((line) => void process.stdout.write(`${line}\n`))
  const closers: Closer[] = []
  try {
    const stage = await setStage(options.port, print, closers)
    if (stage === undefined) return 1
    print('Playing the story: every line is a real sign-in or a real request.\n')
    const story = await playStory(stage.logto, stage.gateway)
    printStory(story, print)
    if (!options.once) await stay(stage, story, print, closers)
    return story.lines.every(({ expected }) => expected) ? 0 : 1
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

type Print = (line: string) => void
type Closer = () => Promise<void>
type Stage = { readonly logto: StandInLogto; readonly gateway: string }

async function setStage(wantedPort: number, print: Print, closers: Closer[]): Promise<Stage | undefined> {
  print('Starting a stand-in for Logto, a sample API and Scopegate between them ...')
  const logto = await startStandInLogto()
  closers.push(() => logto.close())
  const api = await startSampleApi()
  closers.push(() => api.close())
  const port = await findPort(wantedPort)
  if (port !== wantedPort && wantedPort !== 0)
    print(`Port ${wantedPort} is taken, so the gateway uses ${port}.`)
  const adminPort = await findPort(0)
  const server = await startGateway(
    demoConfig({ port, adminPort, logto: logto.origin, upstream: api.origin }),
    print,
  )
  if (server === undefined) return undefined
  closers.push(() => server.stop())
  await untilReady(server)
  return { logto, gateway: `http://127.0.0.1:${server.port}` }
}

/** Saves the configuration where the newcomer can look at it, with the gateway's log beside it. */
async function startGateway(text: string, print: Print): Promise<Server | undefined> {
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
  return startServer({ config, log: createLogger(config.log, logFile) })
}

const readyWithinMs = 10_000

/** A gateway without the issuer's keys answers 503, which is not the story to tell. */
async function untilReady({ adminPort }: Server): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  while (Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return
    await wait(50)
  }
}

const defaultWidth = 120

function printStory({ lines }: Story, print: Print): void {
  const columns = [
    ...['', 'who', 'request'].map((title) => ({ title })),
    ...['answer', 'why'].map((title) => ({ title, flexible: true })),
  ]
  const rows = lines.map((line) => [
    line.expected ? 'ok' : 'NO',
    line.who,
    line.request,
    line.answer,
    line.why,
  ])
  const width = process.stdout.columns ?? defaultWidth
  print(formatTable(columns, rows, { width }))
  const details = lines.flatMap(({ detail }) => detail ?? [])
  for (const detail of details) {
    print(`\nAbout the opaque token the gateway says:\n    ${wrap(detail, width - 4).join('\n    ')}`)
  }
  const wrong = lines.filter(({ expected }) => !expected).length
  // Without a terminal, or with NO_COLOR, `styleText` leaves the text as it is.
  print('')
  if (wrong === 0) print(styleText('green', `All ${lines.length} answers are as expected.`))
  else print(styleText('red', `${wrong} of ${lines.length} answers are NOT as expected.`))
}

/** Prints what to try next and waits for Ctrl-C. */
async function stay(
  { logto, gateway }: Stage,
  { tokens }: Story,
  print: Print,
  closers: Closer[],
): Promise<void> {
  const page = await startCallbackPage(logto, gateway)
  closers.push(() => page.close())
  print(`
Try it yourself.

200: alice may read.
${curl(gateway, 'GET /todos', tokens.alice)}

403: she may not write, and the answer says which scope that needs.
${curl(gateway, 'POST /todos', tokens.alice)}

401: without an access token nobody may.
${curl(gateway, 'GET /todos', undefined)}

401: an opaque token holds no API permission; the answer says how to get a better one.
${curl(gateway, 'GET /todos', tokens.opaque)}

Sign in with a browser (alice / alice-password, bob / bob-password): ${page.url}

Ctrl-C stops everything.`)
  await interrupted()
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    // Under `docker stop` or a closed terminal there is nobody left to read.
    process.once('SIGHUP', () => resolve())
  })
}
