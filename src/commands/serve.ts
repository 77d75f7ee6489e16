import type { Config } from '../config/config.ts'
import { formatIssue } from '../config/issue.ts'
import { loadWhole } from '../config/load-whole.ts'
import { routesOf } from '../config/summary.ts'
import { messageOf } from '../errors.ts'
import { createLogger, type Logger, type ProcessLogger } from '../log/logger.ts'
import { loadProfiles } from '../logto/load-profiles.ts'
import { watchCertificateEnd } from '../server/certificate-end.ts'
import { warnOfFewDescriptors, watchDescriptors } from '../server/descriptors.ts'
import { catchFaults, faultStatus } from '../server/last-resort.ts'
import type { Server, ServerOptions } from '../server/single-process.ts'
import { boundYoungGeneration } from '../server/young-generation.ts'
import { createLogtoSide } from './logto-side.ts'
import { RunningProgram } from './program.ts'
import { reloadOnChange } from './reload.ts'

/**
 * `scopegate serve`: runs until SIGTERM or SIGINT, or until a fault that nobody caught, then resolves to the
 * exit status.
 */
export async function serve(fileName: string, version: string): Promise<number> {
  const loaded = await loadWhole(fileName, process.env)
  for (const issue of loaded.issues) process.stderr.write(`${formatIssue(issue, loaded)}\n`)
  if (loaded.config === undefined) return 1
  // Without a listener it would end the process while it starts or stops.
  process.on('SIGHUP', () => {})
  boundYoungGeneration()
  const log = createLogger(loaded.config.log)
  const program = new RunningProgram({ version, loaded, log })
  const status = await run(program, loaded.config, log)
  // Then only this signal ends the process: `process.exit` would wait for whoever does not read the log.
  if ((await log.close()) === 'held') process.kill(process.pid, 'SIGKILL')
  return status
}

async function run(program: RunningProgram, config: Config, log: ProcessLogger): Promise<number> {
  const end = untilEnd(log, config.timeouts.shutdownMs)
  try {
    const logto = createLogtoSide(config, log)
    const { usersOfRole } = logto
    const server = await start({ config, log, program, createProfiles: loadProfiles, usersOfRole })
    logto.serve(server)
    announce(program, config, server, log)
    const shortages = watchShortages(config, log)
    const onLoaded = (next: Config) => {
      shortages.look(next)
      logto.follow(next)
    }
    const stopReloading = reloadOnChange({ program, server, log, onLoaded })
    await end.reached
    stopReloading()
    logto.stop()
    shortages.stop()
    log.info({}, 'stopping: no new connections, requests in flight finish')
    await server.stop()
    if (end.isFault()) log.error({}, 'stopped because of a fault that nobody caught')
    else log.info({}, 'stopped')
    return end.isFault() ? faultStatus : 0
  } catch (error) {
    log.error({ problem: startProblem(error, config) }, 'the gateway could not start')
    return 1
  }
}

/**
 * One process serves itself. The modules that the other way needs are not loaded: that saves a supervisor 6
 * MiB and 30 ms.
 */
async function start(options: ServerOptions): Promise<Server> {
  if (options.config.workers === 1) return (await import('../server/single-process.ts')).startServer(options)
  return (await import('../workers/supervisor.ts')).startSupervisor(options)
}

function announce({ version, loaded }: RunningProgram, config: Config, server: Server, log: Logger): void {
  const { host } = config.listen
  log.info(
    {
      version,
      file: loaded.fileName,
      routes: routesOf(config).length,
      listen: `${host}:${server.port}`,
      admin: `${config.admin.listen.host}:${server.adminPort}`,
      ...(config.workers > 1 && { workers: config.workers }),
    },
    'listening',
  )
}

/** Warns of shortages before they come. `look` is called with each configuration that was loaded. */
function watchShortages(config: Config, log: Logger) {
  const descriptors = watchDescriptors(log)
  const certificate = config.tls && watchCertificateEnd(config.tls, log)
  warnOfFewDescriptors(config, log)
  return {
    look(next: Config) {
      warnOfFewDescriptors(next, log)
      certificate?.look()
    },
    stop() {
      descriptors.stop()
      certificate?.stop()
    },
  }
}

/** Waits for the end of the program: a signal or a fault. A fault may also come later, during the stop. */
function untilEnd(log: Logger, withinMs: number) {
  let faulty = false
  const reached = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
    const drain = () => {
      faulty = true
      resolve()
    }
    catchFaults({ log, withinMs, drain })
  })
  return { reached, isFault: () => faulty }
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
