import type { Config } from '../config/config.ts'
import { formatIssue } from '../config/issue.ts'
import { type LoadResult, loadConfig } from '../config/load.ts'
import { watchFile } from '../config/watch.ts'
import { messageOf } from '../errors.ts'
import { createLogger, type Logger, type ProcessLogger } from '../log/logger.ts'
import type { Server } from '../server/single-process.ts'
import { boundYoungGeneration } from '../server/young-generation.ts'

/** `scopegate serve`: runs until SIGTERM or SIGINT, then resolves to the exit status. */
export async function serve(fileName: string, version: string): Promise<number> {
  const loaded = loadConfig(fileName, process.env)
  for (const issue of loaded.issues) process.stderr.write(`${formatIssue(issue, loaded)}\n`)
  if (loaded.config === undefined) return 1
  boundYoungGeneration()
  const log = createLogger(loaded.config.log)
  try {
    const server = await start({ config: loaded.config, log })
    announce({ version, fileName }, loaded.config, server, log)
    const stopWatching = reloadOnChange(fileName, server, log)
    await stopSignal()
    stopWatching()
    log.info({}, 'stopping: no new connections, requests in flight finish')
    await server.stop()
    log.info({}, 'stopped')
    return 0
  } catch (error) {
    log.error({ problem: startProblem(error, loaded.config) }, 'the gateway could not start')
    return 1
  } finally {
    await log.close()
  }
}

/**
 * One process serves itself. The modules that the other way needs are not loaded: that saves a supervisor 6
 * MiB and 30 ms.
 */
async function start(options: { readonly config: Config; readonly log: Logger }): Promise<Server> {
  if (options.config.workers === 1) return (await import('../server/single-process.ts')).startServer(options)
  return (await import('../workers/supervisor.ts')).startSupervisor(options)
}

function announce(
  { version, fileName }: { readonly version: string; readonly fileName: string },
  config: Config,
  server: Server,
  log: Logger,
): void {
  const { host } = config.listen
  log.info(
    {
      version,
      file: fileName,
      routes: countRoutes(config),
      listen: `${host}:${server.port}`,
      admin: `${config.admin.listen.host}:${server.adminPort}`,
      ...(config.workers > 1 && { workers: config.workers }),
    },
    'listening',
  )
}

/** As `/routes` lists them: methods that are written together are one route. */
function countRoutes({ apis }: Config): number {
  return apis
    .flatMap(({ paths }) => paths)
    .reduce((total, { methods }) => total + new Set(methods.values()).size, 0)
}

/** A file change and SIGHUP both load the file again: all of it, or nothing. */
function reloadOnChange(fileName: string, server: Server, log: ProcessLogger): () => void {
  const watch = watchFile(fileName, () => void tryReload(fileName, server, log))
  process.on('SIGHUP', watch.tell)
  return () => {
    watch.close()
    process.off('SIGHUP', watch.tell)
  }
}

async function tryReload(fileName: string, server: Server, log: ProcessLogger): Promise<void> {
  try {
    await reloadFrom(loadConfig(fileName, process.env), server, log)
  } catch (error) {
    log.error({ problem: messageOf(error) }, 'configuration not loaded, the running one stays')
  }
}

async function reloadFrom(loaded: LoadResult, server: Server, log: ProcessLogger): Promise<void> {
  const errors = loaded.issues.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (loaded.config === undefined) {
    const problem =
      first && `${loaded.fileName}:${first.line}:${first.column} ${first.path}: ${first.message}`
    log.error(
      { errors: errors.length, problem },
      'configuration not loaded, the running one stays; see scopegate check',
    )
    return
  }
  await server.reload(loaded.config)
  log.setLevel(loaded.config.log.level)
  log.info({ file: loaded.fileName }, 'configuration loaded')
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
}

/** Says what the operator can do about it. */
function startProblem(error: unknown, { listen, admin }: Config): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const port = error instanceof Error && 'port' in error ? error.port : undefined
  const key = port === admin.listen.port && port !== listen.port ? 'admin.listen' : 'listen'
  if (code === 'EADDRINUSE') return `port ${port} is taken: stop what listens there, or change ${key}`
  if (code === 'EACCES')
    return `port ${port} needs privileges: choose one from 1024 up in ${key}, or grant them`
  if (code === 'EADDRNOTAVAIL') return `this machine has no such address: change ${key}`
  return messageOf(error)
}
