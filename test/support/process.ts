import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'

/** The built program. */
export const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js')

export type GatewayProcess = {
  readonly port: number
  readonly adminPort: number
  readonly file: string
  readonly child: ChildProcess
  /** Log lines so far. */
  logs(): Record<string, unknown>[]
  /** Writes another configuration in place. */
  write(yaml: string): void
  /** Resolves to the exit status, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>
}

/** The built `scopegate serve` in a process of its own, from a configuration without `listen` and `admin`. */
export async function spawnGateway(yaml: string, nodeFlags: readonly string[] = []): Promise<GatewayProcess> {
  const full = (text: string) => `listen: 127.0.0.1:0\nadmin: { listen: "127.0.0.1:0" }\n${text}`
  const folder = temporaryFolder()
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, full(yaml))
  const { child, output, exited } = spawnCli(['serve', '--config', file], nodeFlags)
  const logs = () =>
    output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  const listening = () => logs().find(({ msg }) => msg === 'listening')
  await expect
    .poll(() => listening() ?? (child.exitCode === null ? undefined : output()), { timeout: 10_000 })
    .toBeDefined()
  const portOf = (key: string) => Number(String(listening()?.[key]).split(':').at(-1))
  return {
    port: portOf('listen'),
    adminPort: portOf('admin'),
    file,
    child,
    logs,
    write: (text) => writeFileSync(file, full(text)),
    exited,
  }
}

/** Runs the built program; it is ended with the test. */
export function spawnCli(
  args: readonly string[],
  nodeFlags: readonly string[] = [],
  stdout: 'pipe' | number = 'pipe',
  env: Readonly<Record<string, string>> = {},
): { child: ChildProcess; output: () => string; exited: Promise<number | NodeJS.Signals> } {
  const child = spawn(process.execPath, [...nodeFlags, cli, ...args], {
    stdio: ['ignore', stdout, 'pipe'],
    env: { ...process.env, ...env },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += String(chunk)
    })
  }
  const exited = once(child, 'close').then(
    ([status, signal]) => (status ?? signal) as number | NodeJS.Signals,
  )
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return { child, output: () => text, exited }
}

/** Removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scopegate-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }))
  return folder
}
