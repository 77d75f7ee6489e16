import { type Load, runWrk } from './wrk.ts'

/**
 * Sends each token of a file at least once. wrk begins at the first in every run, so one run must come to the end: the time is
 * doubled until it does.
 */
export async function sendEach(
  load: Omit<Load, 'seconds' | 'expect'>,
  count: number,
  folder: string,
): Promise<void> {
  for (let seconds = 2; ; seconds *= 2) {
    const { requests } = await runWrk({ ...load, seconds, expect: 'success' }, folder)
    if (requests >= count + load.connections) return
  }
}
