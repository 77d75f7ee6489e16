import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Runs a Python program, with `sys.argv` from `args`, and resolves to the lines that it printed. */
export function python(program: string, ...args: (string | number)[]): Promise<string[]> {
  return linesOf('python3', ['-c', program, ...args.map(String)])
}

/** Runs a module in a Node of its own, with `process.argv` from `args`: it does not share our event loop. */
export function node(program: string, ...args: (string | number)[]): Promise<string[]> {
  return linesOf(process.execPath, ['--input-type=module', '-e', program, ...args.map(String)])
}

/** Ended when it takes too long. */
async function linesOf(command: string, args: readonly string[]): Promise<string[]> {
  const { stdout } = await run(command, [...args], { timeout: 20_000 })
  return stdout.trim().split('\n')
}
