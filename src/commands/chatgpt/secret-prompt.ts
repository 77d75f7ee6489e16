import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** Asks on the terminal. Undefined where there is none. */
export async function ask(question: string): Promise<string | undefined> {
  return prompt(question, process.stderr)
}

/** Asks, and does not show the answer. Undefined where there is no terminal. */
export async function askSecret(question: string): Promise<string | undefined> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const answer = await prompt(question, nowhere)
  if (process.stderr.isTTY) process.stderr.write('\n')
  return answer
}

/** Standard error: standard output may be a file that holds the report. Ctrl-C and Ctrl-D give no answer. */
async function prompt(question: string, echo: NodeJS.WritableStream): Promise<string | undefined> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined
  const terminal = createInterface({ input: process.stdin, output: echo, terminal: true })
  // Only now does the terminal itself no longer show what is typed.
  process.stderr.write(question)
  try {
    return await new Promise((resolve) => {
      terminal.once('line', (line) => resolve(line.trim()))
      terminal.once('SIGINT', () => resolve(undefined))
      terminal.once('close', () => resolve(undefined))
    })
  } finally {
    terminal.close()
  }
}
