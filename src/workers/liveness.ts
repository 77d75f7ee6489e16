import type { Report } from '../admin/status.ts'
import type { WorkerProcess } from './worker-process.ts'

const everyMs = 1000
/** Beats, not seconds: a machine that slept has missed one. */
const mostMissed = 30

/** Asks a worker for its report every second, and tells when it has not answered for thirty. */
export function watchPulse(
  worker: WorkerProcess,
  told: { report(report: Report): void; stuck(): void },
): { stop(): void } {
  let answered = true
  let missed = 0
  const timer = setInterval(() => {
    if (!answered) {
      missed += 1
      if (missed === mostMissed) told.stuck()
      return
    }
    answered = false
    missed = 0
    void worker.ask('report', {}).then((report) => {
      answered = true
      if (report !== undefined) told.report(report)
    })
  }, everyMs).unref()
  return { stop: () => clearInterval(timer) }
}
