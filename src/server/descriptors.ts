import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import type { Logger } from '../log/logger.ts'

/** For the admin listener, the log, the configuration and what Node itself has open. */
const otherDescriptors = 150

const howToRaise = 'raise their number (ulimit -n; LimitNOFILE= of systemd; ulimits: nofile of Compose)'

/**
 * Says at start what would run out later: Linux gives a process no more files and connections than its limit.
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

/** Of the one process that needs most: of several workers, each has its share. */
export function neededDescriptors({ apis, limits, workers }: Config): number {
  const routes = apis.flatMap(({ paths }) => paths.flatMap(({ methods }) => [...methods.values()]))
  const upstreams = [...new Set(routes.map(({ upstream }) => upstream))]
  const toUpstreams = upstreams.reduce(
    (sum, { origins, connections }) => sum + origins.length * connections,
    0,
  )
  return Math.ceil((limits.connections + toUpstreams) / workers) + otherDescriptors
}

/** Infinity where nothing is known of a limit. */
export function allowedDescriptors(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

const lookEveryMs = 250
/** So that a shortage that comes and goes is one shortage. */
const overAfterMs = 5000

/**
 * Tells when file descriptors run out, and when that is over. Nobody else does: connections that cannot be
 * accepted are closed far below Node (libuv), without an event. So it tries to open something, four times a
 * second.
 */
export function watchDescriptors(log: Logger): { stop(): void } {
  // To read it takes a descriptor, too.
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

  /** A shortage that is over before the next look is seen by those who met it. */
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
 * Where undici tells of connections that it could not make (its documentation: Diagnostics Channel Support).
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

/** EMFILE: this process has too many; ENFILE: the machine. */
function shortageOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'EMFILE' || code === 'ENFILE' ? code : undefined
}
