import { spawn } from 'node:child_process'
import { accessSync, constants, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { chmod, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** What is not a system package is kept here between runs; deleting it costs only time. */
const cacheFolder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'scopegate-bench')

type Say = (text: string) => void
type Output = { readonly ok: boolean; readonly text: string }

/** Runs a program to its end, and returns what it wrote. Ten minutes are enough for all of them. */
export function run(file: string, args: readonly string[], cwd?: string): Promise<Output> {
  return new Promise((resolve) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', GOFLAGS: '-buildvcs=false' }
    const child = spawn(file, args, {
      env,
      timeout: 600_000,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd && { cwd }),
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    const end = (ok: boolean) => resolve({ ok, text: Buffer.concat(chunks).toString() })
    child.once('error', () => end(false))
    child.once('close', (code) => end(code === 0))
  })
}

/** The version in what a program says of itself. */
export async function versionOf(file: string, ...args: readonly string[]): Promise<string> {
  const { text } = await run(file, args)
  return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? 'of unknown version'
}

/** Where a program is; system programs are not always on the path of an ordinary user. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A package of Debian, unless `file` is there. Its service is neither started now nor with the machine. */
export async function installPackage(name: string, file: string, say: Say): Promise<string | undefined> {
  if (existsSync(file)) return undefined
  const wanted = `the package ${name} is not installed`
  if (process.getuid?.() !== 0 || findProgram('apt-get') === undefined) {
    return `${wanted}, and only root can install it with apt-get`
  }
  say(`installing ${name}`)
  const install = () =>
    keepServicesStopped(() => run('apt-get', ['install', '-y', '--no-install-recommends', name]))
  let { ok, text } = await install()
  if (!ok && (await run('apt-get', ['update'])).ok) ({ ok, text } = await install())
  if (!ok) return `${wanted}, and apt-get cannot install it: ${lastLine(text)}`
  if (existsSync('/run/systemd/system')) await run('systemctl', ['disable', '--now', name])
  return existsSync(file) ? undefined : `the package ${name} brought no ${file}`
}

/**
 * `policy-rc.d` is asked before a package starts its service; 101 forbids it. One that is there decides
 * alone.
 */
async function keepServicesStopped<T>(action: () => Promise<T>): Promise<T> {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return action()
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return await action()
  } finally {
    rmSync(policy)
  }
}

/** A Python package in an environment of its own. Returns that folder, or why it cannot be had. */
export async function installPython(
  requirement: string,
  say: Say,
): Promise<{ readonly folder: string } | { readonly problem: string }> {
  const folder = join(cacheFolder, requirement)
  if (existsSync(folder)) return { folder }
  say(`installing ${requirement} with pip`)
  const temporary = `${folder}.part`
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(cacheFolder, { recursive: true })
  const problem = (text: string) => ({ problem: `pip cannot install ${requirement}: ${lastLine(text)}` })
  const made = await run('python3', ['-m', 'venv', temporary])
  if (!made.ok) return problem(made.text)
  const installed = await run(join(temporary, 'bin/pip'), ['install', '--quiet', '--no-deps', requirement])
  if (!installed.ok) return problem(installed.text)
  await rename(temporary, folder)
  return { folder }
}

/** A program built from a Go module of an exact version. Returns its file, or why it cannot be had. */
export async function buildGo(
  module: string,
  version: string,
  packagePath: string,
  say: Say,
): Promise<{ readonly file: string } | { readonly problem: string }> {
  const name = `${module.replaceAll('/', '-')}-${version}`
  const file = join(cacheFolder, name)
  if (existsSync(file)) return { file }
  const go = findProgram('go')
  if (go === undefined)
    return { problem: `it is built from its Go module ${module}, and Go is not installed` }
  say(`building ${module} ${version}`)
  const downloaded = await run(go, ['mod', 'download', '-json', `${module}@${version}`])
  const source = /"Dir": "(.+)"/.exec(downloaded.text)?.[1]
  const problem = (text: string) => ({ problem: `${module} ${version} cannot be built: ${lastLine(text)}` })
  if (!downloaded.ok || source === undefined) return problem(downloaded.text)
  // In a copy of its own sources and not by `go install`, which refuses every module with a `replace`
  // directive.
  const copy = join(cacheFolder, `${name}.source`)
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(cacheFolder, { recursive: true })
  cpSync(source, copy, { recursive: true })
  await run('chmod', ['-R', 'u+w', copy]) // The module cache is read-only.
  const built = await run('nice', [go, 'build', '-trimpath', '-o', `${file}.part`, packagePath], copy)
  rmSync(copy, { recursive: true, force: true })
  if (!built.ok) return problem(built.text)
  await chmod(`${file}.part`, 0o755)
  await rename(`${file}.part`, file)
  return { file }
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? ''
  return line.length > 200 ? `${line.slice(0, 200)}…` : line || 'it says nothing'
}
