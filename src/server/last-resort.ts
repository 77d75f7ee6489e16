import { describeFault } from '../errors.ts'
import type { Logger } from '../log/logger.ts'

/** The exit status of a process that was ended by a fault of its own (EX_SOFTWARE of sysexits.h). */
export const faultStatus = 70

/** The time beyond `withinMs` for a drain that the fault itself may hinder, in milliseconds. */
const lastLinesMs = 5000

/**
 * Listens for faults that nobody caught, rejections included. Without a listener such a fault would end the
 * process on the spot, and cut every request. With this one it is logged, and the process drains and ends:
 * its state may be wrong from now on, so it must not go on for long. `drain` is called once. It should end
 * the process with `faultStatus`, which happens after `withinMs` anyhow.
 */
export function catchFaults(options: {
  readonly log: Logger
  readonly withinMs: number
  readonly drain: () => void
}): void {
  let draining = false
  // A rejection that nobody handles arrives here too.
  process.on('uncaughtException', (fault) => {
    options.log.error(
      { fault: describeFault(fault) },
      'a fault that nobody caught: requests in flight finish, then this process ends; please report it',
    )
    if (draining) return
    draining = true
    setTimeout(() => process.exit(faultStatus), options.withinMs + lastLinesMs).unref()
    options.drain()
  })
}
