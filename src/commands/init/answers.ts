import { createInterface, type Interface } from 'node:readline/promises'
import * as v from 'valibot'
import { baseUrl, origin } from '../../config/schema/values.ts'
import type { ServerPlace } from '../../openapi/server-path.ts'
import type { ComposeService } from './compose-file.ts'
import { printableLine } from './printable-line.ts'

export type InitFlags = {
  readonly openapi?: string
  readonly compose?: string
  readonly upstream?: string
  readonly logto?: string
  readonly server?: string
  readonly root?: string
  readonly resource?: string
  readonly out: string
  readonly force: boolean
}

/** The things that only a person can know: from flags, else asked for on a terminal. */
export type Answers = {
  /** A file or a URL; undefined for none. */
  document(): Promise<string | undefined>
  server(servers: readonly ServerPlace[]): Promise<string | undefined>
  upstream(server: ServerPlace | undefined): Promise<string | undefined>
  logto(): Promise<string | undefined>
  resource(server: ServerPlace | undefined, upstream: string): Promise<string>
  /** Prints what could not be asked, and which flag decides it. Returns the exit status. */
  fail(): number
  close(): void
}

type Question = {
  readonly flag: string
  /** Ends with what to write. */
  readonly ask: string
  readonly proposals: readonly string[]
  /** Why a text is no answer. */
  readonly fault: (text: string) => string | undefined
}

export function createAnswers(flags: InitFlags, services: readonly ComposeService[]): Answers {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true
  const missing: string[] = []
  let terminal: Interface | undefined
  const ask = async (question: Question): Promise<string | undefined> => {
    if (isTerminal) {
      terminal ??= createInterface({ input: process.stdin, output: process.stdout })
      return askOn(terminal, question)
    }
    missing.push(missingFlag(question))
    return undefined
  }
  return {
    async document() {
      if (flags.openapi !== undefined || !isTerminal) return flags.openapi
      return (await ask(documentQuestion)) || undefined
    },
    server: (servers) => ask(serverQuestion(servers)),
    async upstream(server) {
      const question = upstreamQuestion(server, services)
      if (flags.upstream !== undefined) return checked(flags.upstream, question, missing)
      return services.length === 1 && !isTerminal ? services[0]?.origin : ask(question)
    },
    async logto() {
      if (flags.logto !== undefined) return checked(flags.logto, logtoQuestion, missing)
      return ask(logtoQuestion)
    },
    async resource(server, upstream) {
      if (flags.resource !== undefined) return flags.resource
      const proposal = `${server?.origin ?? upstream}${server?.path || '/'}`
      return isTerminal ? ((await ask(resourceQuestion(proposal))) ?? proposal) : proposal
    },
    fail() {
      process.stderr.write(missing.map((line) => `${printableLine(line)}\n`).join(''))
      return 1
    },
    close: () => terminal?.close(),
  }
}

/** The first proposal is what an empty line stands for. */
async function askOn(terminal: Interface, { ask, proposals, fault }: Question): Promise<string> {
  const [first = ''] = proposals
  const others = proposals.length > 1 ? ` (${proposals.map(printableLine).join(', ')})` : ''
  for (;;) {
    const hint = first === '' ? '' : ` [${printableLine(first)}]`
    const text = (await terminal.question(`${ask}${others}${hint}: `)).trim() || first
    const wrong = fault(text)
    if (wrong === undefined) return text
    process.stdout.write(`  ${wrong}\n`)
  }
}

function missingFlag({ flag, ask, proposals }: Question): string {
  const such = proposals.length === 0 ? '' : `, such as ${proposals.slice(0, 10).join(' or ')}`
  return `${flag} is needed where nobody can be asked: ${ask}${such}`
}

function checked(text: string, { flag, fault }: Question, missing: string[]): string | undefined {
  const wrong = fault(text)
  if (wrong === undefined) return text
  missing.push(`${flag}: ${wrong}`)
  return undefined
}

function faultBy(schema: v.GenericSchema): Question['fault'] {
  return (text) => v.safeParse(schema, text).issues?.[0].message
}

const documentQuestion: Question = {
  flag: '--openapi FILE|URL',
  ask: 'OpenAPI document of your API, a file or a URL; empty for none',
  proposals: [],
  fault: () => undefined,
}

function serverQuestion(servers: readonly ServerPlace[]): Question {
  return {
    flag: '--server URL',
    ask: 'the server whose path your upstream has, since the document names several',
    proposals: servers.map(({ origin: host, path }) => `${host ?? ''}${path || '/'}`),
    fault: (text) => (text === '' ? 'write one of them, or a path such as /v1' : undefined),
  }
}

function upstreamQuestion(server: ServerPlace | undefined, services: readonly ComposeService[]): Question {
  const proposals = services.map((service) => service.origin)
  return {
    flag: '--upstream URL',
    ask: 'where allowed requests go, the origin of your API',
    proposals: proposals.length > 0 || server?.origin === undefined ? proposals : [server.origin],
    fault: faultBy(origin),
  }
}

const logtoQuestion: Question = {
  flag: '--logto URL',
  ask: 'your Logto, such as https://tenant.logto.app',
  proposals: [],
  fault: faultBy(baseUrl),
}

function resourceQuestion(proposal: string): Question {
  return {
    flag: '--resource URL',
    ask: 'the API identifier in Logto, byte for byte',
    proposals: [proposal],
    fault: (text) => (text === '' ? 'write one such as https://api.example.com/' : undefined),
  }
}
