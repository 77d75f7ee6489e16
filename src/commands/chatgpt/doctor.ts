import { browserSignIn } from './browser-sign-in.ts'
import { type Result, walk } from './checklist.ts'
import { conclusionText, resultText } from './checklist-text.ts'
import { askSecret } from './secret-prompt.ts'
import { stepsFor } from './steps.ts'
import { loadChatGptFile, type SubjectFlags, subjectOf } from './subject.ts'
import type { Subject } from './visit.ts'

export type DoctorFlags = SubjectFlags & {
  /** False: the URL of the sign-in is only printed. */
  readonly browser: boolean
  readonly json: boolean
}

/** `scopegate chatgpt doctor`: plays ChatGPT. Exit status 0 when all passes, else 1. */
export async function doctor(fileName: string, flags: DoctorFlags): Promise<number> {
  const file = loadChatGptFile(fileName)
  if (file === undefined) return 1
  const subject = subjectOf(file, flags, await findSecret(flags))
  if (typeof subject === 'string') return fail(subject)
  if (subject.client.secret === undefined && !flags.mcp)
    return fail('set SCOPEGATE_CLIENT_SECRET to the secret of the application: it is never an argument')
  const results = await examine(subject, flags)
  const isHealthy = results.every(({ outcome }) => outcome !== 'failed')
  const text = flags.json
    ? JSON.stringify({ healthy: isHealthy, checks: results }, null, 2)
    : conclusionText(results)
  process.stdout.write(`${flags.json ? '' : '\n'}${text}\n`)
  return isHealthy ? 0 : 1
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`)
  return 1
}

/** Never an argument, which every user of the machine could see. An empty one is none. */
async function findSecret({ mcp }: DoctorFlags): Promise<string | undefined> {
  const { SCOPEGATE_CLIENT_SECRET: secret = await askSecret(question(mcp)) } = process.env
  return secret === '' ? undefined : secret
}

function question(mcp: boolean): string {
  return `Secret of the application${mcp ? ' (empty for a public one)' : ''}, not shown: `
}

function examine(subject: Subject, { browser, json }: DoctorFlags): Promise<Result[]> {
  const isColored = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined
  const tell = (line: string) => void process.stderr.write(`${line}\n`)
  const report = (result: Result) => void process.stdout.write(`${resultText(result, isColored)}\n`)
  return walk(stepsFor(subject), {
    subject,
    signIn: browserSignIn({ opens: browser, tell }),
    ...(!json && { report }),
  })
}
