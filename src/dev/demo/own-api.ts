import { readFile } from 'node:fs/promises'
import type { ExampleRequest } from '../../config/example-request.ts'
import { formatIssue } from '../../config/issue.ts'
import { type LoadResult, loadConfig, parseConfig } from '../../config/load.ts'
import { whole } from '../../config/load-whole.ts'
import { watchFile } from '../../config/watch.ts'
import { messageOf } from '../../errors.ts'
import { findPorts } from '../stand-in/listen.ts'
import { startCallbackPage } from './callback-page.ts'
import type { DemoOptions } from './demo-options.ts'
import { formatOwnApi } from './own-api-text.ts'
import { ownConfig, type Replacements, replacedKeys } from './own-config.ts'
import { ownData } from './own-data.ts'
import { isAsExpected, type OwnTrial, tryOwnApi } from './own-trial.ts'
import { interrupted, openGateway, openLogto, type Stage, saveConfig } from './stage.ts'
import { wrap } from './wrap.ts'

/**
 * Puts somebody's own API behind the gateway, with their own routes or with one rule that tells reading from
 * writing, and prints access tokens and commands to try it with. Resolves to the exit status: 0 when the
 * gateway let one request through and refused another.
 */
export async function playOwnApi(options: DemoOptions, stage: Stage): Promise<number> {
  const { print, closers, place } = stage
  const { config: file, upstream } = options
  print('Starting a stand-in for Logto, and Scopegate between it and your API ...')
  const logto = await openLogto(stage)
  const { port, adminPort } = await findPorts(options.port)
  if (options.port !== 0 && port !== options.port)
    print(`Port ${options.port} is taken, so the gateway uses ${port}.`)
  const gateway = `http://127.0.0.1:${port}`
  const listen = `${place.host}:${port}`
  const adminListen = `127.0.0.1:${adminPort}`
  const replacements = { listen, adminListen, logto: logto.origin, publicUrl: gateway, upstream }
  const load = async () => whole(await loadOwn(file, replacements))
  const loaded = await load()
  if (loaded.config === undefined) return printErrors(loaded, print)
  Object.assign(logto.data, ownData(loaded.config))
  print(`\nThe configuration that runs is saved as\n  ${await saveConfig(loaded.text)}`)
  if (file !== undefined) print(wrap(`Replaced in ${file} are ${replacedKeys}.`, 80).join('\n'))
  print('')
  const server = await openGateway(stage, loaded.config, options.logFile ?? 1)
  const trial = await tryOwnApi(loaded.config, logto, gateway)
  if (!options.once && file !== undefined) {
    const watch = watchFile(file, async () => {
      const next = await load()
      if (next.config === undefined) return void printErrors(next, print)
      Object.assign(logto.data, ownData(next.config))
      const problem = await server.reload(next.config).catch(messageOf)
      print(problem === undefined ? `${file} is loaded` : `${file} is not loaded: ${problem}`)
    })
    closers.push(async () => watch.close())
  }
  const signIn = { logto, gateway, clientId: 'chatgpt', host: place.host, port: place.pagePort }
  const page = await startCallbackPage({ ...signIn, ...signInWith(trial) })
  closers.push(() => page.close())
  print(formatOwnApi(trial, { gateway, signInUrl: page.url, file }))
  if (!options.once) await interrupted()
  return isAsExpected(trial) ? 0 : 1
}

/** Errors are shown with the lines of somebody's own file wherever that file has errors itself. */
async function loadOwn(file: string | undefined, replacements: Replacements): Promise<LoadResult> {
  if (file === undefined) {
    const text = ownConfig(undefined, replacements) ?? ''
    return parseConfig(text, { fileName: 'the configuration of the demo', env: process.env })
  }
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const own = text === undefined ? undefined : ownConfig(text, replacements)
  if (own === undefined) return loadConfig(file, process.env)
  const loaded = parseConfig(own, { fileName: file, env: process.env })
  if (loaded.config !== undefined) return loaded
  const unchanged = loadConfig(file, process.env)
  return unchanged.config === undefined ? unchanged : loaded
}

function printErrors(loaded: LoadResult, print: Stage['print']): number {
  for (const issue of loaded.issues) if (issue.severity === 'error') print(formatIssue(issue, loaded))
  return 1
}

/** The page makes the same two requests, unless one would change something: that is left to a person. */
function signInWith({ scopes, read, refused }: OwnTrial) {
  const examples: readonly ExampleRequest[] = [read, refused].filter((example) => example !== undefined)
  return {
    scope: () => scopes.join(' '),
    requests: (held: readonly string[]) =>
      examples.filter((example) => example.method === 'GET' || !mayUse(example, held)),
  }
}

function mayUse({ anyOf }: ExampleRequest, held: readonly string[]): boolean {
  return anyOf.length === 0 || anyOf.some((set) => set.every((scope) => held.includes(scope)))
}
