import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import type { Logger } from '../log/logger.ts'

/** File descriptors for the admin listener, the log, the configuration and for Node itself. */
const otherDescriptors = 150

const howToRaise = 'raise their number (ulimit -n; LimitNOFILE= of systemd; ulimits: nofile of Compose)'

/**
 * Warns at start of a limit that would be reached later: Linux allows a process only so many files and
 * connections.
 */
export function warnOfFewDescriptors(config: Config, log: Logger, allowed = allowedDescriptors()): void {
  const needed = neededDescriptors(config)
  if (needed <= allowed) return
  const { connections } = config.limits
  log.warn(
    { connections, needed, allowed },
    `limits.connections and the connections to upstreams may need more file descriptors than are allowed: ` +
      `${howToRaise}, or lower limits.connections`,
  )
}

/** The number that one process may need. Of several workers, each has its share. */
export function neededDescriptors({ apis, limits, workers }: Config): number {
  const routes = apis.flatMap(({ paths }) => paths.flatMap(({ methods }) => [...methods.values()]))
  const upstreams = [...new Set(routes.map(({ upstream }) => upstream))]
  const toUpstreams = upstreams.reduce(
    (sum, { origins, connections }) => sum + origins.length * connections,
    0,
  )
  return Math.ceil((limits.connections + toUpstreams) / workers) + otherDescriptors
}

/** The number that the system allows this process, or infinity where nothing is known of a limit. */
export function allowedDescriptors(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** How often it is tried whether a descriptor can be had, in milliseconds. */
const lookEveryMs = 250
/** The time after which a shortage is over, in milliseconds. One that comes and goes is told of once. */
const overAfterMs = 5000

/**
 * Says in the log when file descriptors run out, and when that is over. Nobody else does: connections that
 * cannot be accepted are closed far below Node (libuv), without an event. So it tries to open something four
 * times a second.
 */
export function watchDescriptors(log: Logger): { stop(): void } {
  // It takes a descriptor to read this, so it must be known before.
  const allowed = allowedDescriptors()
  let lastShortMs: number | undefined

  function look(): void {
    const code = shortage()
    if (code !== undefined) return ranOut(code)
    if (lastShortMs === undefined || performance.now() - lastShortMs < overAfterMs) return
    lastShortMs = undefined
    log.info({}, 'file descriptors are to be had again')
  }

  function ranOut(code: string): void {
    if (lastShortMs === undefined) {
      log.error(
        { code, allowed },
        'file descriptors have run out: new connections are closed unanswered, and upstreams cannot be ' +
          `reached; ${howToRaise}`,
      )
    }
    lastShortMs = performance.now()
  }

  /** Notices a shortage that is over before the next look, since a connection to an upstream met it. */
  function onConnectError(message: unknown): void {
    const code = shortageOf((message as { readonly error?: unknown }).error) // As undici documents it.
    if (code !== undefined) ranOut(code)
  }

  const timer = setInterval(look, lookEveryMs).unref()
  subscribe(connectErrors, onConnectError)
  return {
    stop() {
      clearInterval(timer)
      unsubscribe(connectErrors, onConnectError)
    },
  }
}

/**
 * The channel on which undici tells of connections that it could not make (its documentation: Diagnostics
 * Channel Support).
 */
const connectErrors = 'undici:client:connectError'

function shortage(): string | undefined {
  try {
    closeSync(openSync('/', 'r'))
    return undefined
  } catch (error) {
    return shortageOf(error)
  }
}

/** The code of a shortage, which is EMFILE for that of this process and ENFILE for that of the machine. */
function shortageOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'EMFILE' || code === 'ENFILE' ? code : undefined
}
