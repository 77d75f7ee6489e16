import type { ProcessStatus } from '../admin/status.ts'
import type { WorkerProcess } from './worker-process.ts'

const askEveryMs = 1000
/** Counted in checks and not in seconds, since a machine that slept for a minute has missed one check. */
const mostMissedChecks = 30

/** Asks a worker for its status every second. `onStuck` is called once, when no reply has come for thirty. */
export function watchLiveness(
  worker: Pick<WorkerProcess, 'ask'>,
  { onStatus, onStuck }: { onStatus(status: ProcessStatus): void; onStuck(): void },
): { stop(): void } {
  let replied = true
  let missedChecks = 0
  const timer = setInterval(() => {
    if (!replied) {
      missedChecks += 1
      if (missedChecks === mostMissedChecks) onStuck()
      return
    }
    replied = false
    missedChecks = 0
    void worker.ask('status', {}).then((status) => {
      replied = true
      if (status !== undefined) onStatus(status)
    })
  }, askEveryMs).unref()
  return { stop: () => clearInterval(timer) }
}
