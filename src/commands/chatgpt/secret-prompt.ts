import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Asks on the terminal. Undefined where there is none. */
export async function ask(question: string): Promise<string | undefined> {
  return prompt(question, process.stderr)
}

/** Asks, and does not show the answer. Undefined where there is no terminal. */
export async function askSecret(question: string): Promise<string | undefined> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const answer = await prompt(question, nowhere)
  if (answer !== undefined) process.stderr.write('\n')
  return answer
}

/** Standard error: standard output may be a file that holds the report. */
async function prompt(question: string, echo: NodeJS.WritableStream): Promise<string | undefined> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined
  process.stderr.write(question)
  const terminal = createInterface({ input: process.stdin, output: echo, terminal: true })
  const interrupted = new AbortController()
  terminal.once('SIGINT', () => {
    process.stderr.write('\n')
    interrupted.abort()
  })
  try {
    return (await terminal.question('', { signal: interrupted.signal })).trim()
  } catch (error) {
    if (interrupted.signal.aborted) return undefined
    throw error
  } finally {
    terminal.close()
  }
}
