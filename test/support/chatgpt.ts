import { createServer, request } from 'node:http'
import { text as readAll } from 'node:stream/consumers'
import { expect, onTestFinished } from 'vitest'
import { type Result, walk } from '../../src/commands/chatgpt/checklist.ts'
import { stepsFor } from '../../src/commands/chatgpt/steps.ts'
import { chatGptFileOf, type SubjectFlags, subjectOf } from '../../src/commands/chatgpt/subject.ts'
import type { Subject } from '../../src/commands/chatgpt/visit.ts'
import { parseConfig } from '../../src/config/load.ts'
import { browse } from '../../src/dev/demo/sign-in.ts'
import { exampleData, type LogtoData } from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { close, listen } from '../../src/dev/stand-in/listen.ts'
import { startSampleApi } from '../../src/dev/stand-in/sample-api.ts'
import { startGateway, type TestGateway } from './gateway.ts'
import { spawnCli } from './process.ts'

export const chatgptSecret = 'chatgpt-secret-of-the-demo'

/** A tenant whose Default API is off, a sample API, and a callback that only the doctor waits at. */
export type Clinic = {
  readonly logto: StandInLogto
  readonly callback: string
  readonly upstream: string
  /** The configuration, LOGTO, UPSTREAM, CALLBACK and SELF replaced. */
  yaml(text: string): string
}

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  const port = await listen(probe, 0, '127.0.0.1')
  await close(probe)
  return port
}

export async function openClinic(change: (data: LogtoData) => unknown = () => {}): Promise<Clinic> {
  const callback = `http://127.0.0.1:${await freePort()}/callback`
  const data = exampleData()
  applicationOf(data).redirectUris = [callback]
  const logto = await startStandInLogto({ data })
  logto.setDefaultApi(false)
  onTestFinished(() => logto.close())
  change(data)
  const api = await startSampleApi()
  onTestFinished(() => api.close())
  return {
    logto,
    callback,
    upstream: api.origin,
    yaml: (text) =>
      text
        .replaceAll('LOGTO', logto.origin)
        .replaceAll('UPSTREAM', api.origin)
        .replaceAll('CALLBACK', callback),
  }
}

export function applicationOf({ applications }: LogtoData) {
  const application = applications.find(({ id }) => id === 'chatgpt')
  if (application === undefined) throw new Error('no application')
  return application
}

export const facadeBlock = 'clients: [chatgpt], redirectUris: ["CALLBACK"]'

/** The story behind the facade. `more` goes into the block `chatgpt:`, and `top` beside it. */
export function storyOf(more: string = facadeBlock, top = 'publicUrl: https://api.example.com'): string {
  return `${top}
issuer: { logto: "LOGTO" }
chatgpt: { ${more} }
apis:
  todo:
    resource: https://api.example.com/
    upstream: UPSTREAM
    routes:
      /health: public
      /todos: { GET: read, POST: write }
`
}

export async function openGateway(clinic: Clinic, yaml: string): Promise<TestGateway> {
  const gateway = await startGateway(clinic.yaml(yaml))
  onTestFinished(() => gateway.stop())
  await expect
    .poll(async () => (await fetch(`http://127.0.0.1:${gateway.adminPort}/readyz`)).status, {
      timeout: 10_000,
    })
    .toBe(200)
  return gateway
}

export type Visitor = SubjectFlags & {
  readonly secret?: string
  readonly username?: string
  readonly change?: (subject: Subject) => Subject
}

export function subjectFor(clinic: Clinic, yaml: string, flags: Partial<Visitor> = {}): Subject {
  const options = { fileName: '/nowhere/gateway.yaml', env: {}, use: 'visit' as const }
  const { config, issues } = parseConfig(clinic.yaml(yaml), options)
  const file = config && chatGptFileOf(config)
  if (file === undefined || typeof file === 'string') throw new Error(file ?? JSON.stringify(issues))
  const subject = subjectOf(file, { mcp: false, ...flags }, flags.secret ?? chatgptSecret)
  if (typeof subject === 'string') throw new Error(subject)
  return flags.change === undefined ? subject : flags.change(subject)
}

/** Walks along the checklist in this process, with alice or another user in the place of a person. */
export function examine(
  clinic: Clinic,
  yaml: string,
  flags: Partial<Visitor> & { readonly url: string },
): Promise<Result[]> {
  const subject = subjectFor(clinic, yaml, flags)
  const { username = 'alice' } = flags
  return walk(stepsFor(subject), {
    subject,
    signIn: (url, redirectUri) =>
      browse(url, redirectUri, { username, password: `${username}-password`, scope: '' }),
  })
}

/** One line a result, as people see them. */
export function linesOf(results: readonly Result[]): string[] {
  const marks = { passed: '✓', hint: '!', skipped: '-', failed: '✗' } as const
  return results.map(({ outcome, title, note }) => `${marks[outcome]} ${title}: ${note}`)
}

export const onLoopback = ({ port }: { readonly port: number }) => `http://127.0.0.1:${port}`

/** The built program, with somebody who signs in with the URL that it prints. */
export async function runDoctor(
  args: readonly string[],
  { username, secret = chatgptSecret }: { readonly username?: string; readonly secret?: string } = {},
): Promise<{ readonly status: unknown; readonly output: string }> {
  const { output, exited } = spawnCli(['chatgpt', 'doctor', ...args, '--no-browser'], [], 'pipe', {
    SCOPEGATE_CLIENT_SECRET: secret,
  })
  let isDone = false
  const status = exited.finally(() => {
    isDone = true
  })
  if (username !== undefined) {
    const url = () => /^https?:\/\/\S+response_type=code\S*$/m.exec(output())?.[0]
    await expect.poll(() => url() ?? (isDone ? output() : undefined), { timeout: 15_000 }).toBeDefined()
    const start = url()
    if (start !== undefined) {
      const redirectUri = new URL(start).searchParams.get('redirect_uri') ?? ''
      const options = { username, password: `${username}-password`, scope: '' }
      const query = await browse(start, redirectUri, options)
      await fetch(`${redirectUri}?${query}`).then((response) => response.text())
    }
  }
  return { status: await status, output: output() }
}

/** Something between the doctor and the gateway that changes answers. */
export type Change = (answer: FrontAnswer, path: string) => FrontAnswer
export type FrontAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Resolves to its origin. */
export async function openFront(origin: string, change: Change): Promise<string> {
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    const { host: _, 'content-length': __, ...headers } = req.headers
    const options = { method: req.method, headers, agent: false }
    const passed = request(`${origin}${req.url}`, options, async (answer) => {
      const text = await readAll(answer)
      const { 'transfer-encoding': _te, 'content-length': _cl, ...own } = answer.headers
      const changed = change({ status: answer.statusCode ?? 500, headers: own, text }, req.url ?? '')
      for (const [name, value] of Object.entries(changed.headers))
        if (value !== undefined) res.setHeader(name, value)
      res.writeHead(changed.status).end(changed.text)
    })
    passed.on('error', () => res.destroy()).end(Buffer.concat(chunks))
  })
  const port = await listen(server, 0, '127.0.0.1')
  onTestFinished(() => close(server))
  return `http://127.0.0.1:${port}`
}
