/** A process that ran for so long did not end because of how it was started. */
const steadyMs = 10_000
const firstPauseMs = 500
const longestPauseMs = 30_000

/** How many starts in a row went wrong, now that a process has ended after `livedMs`. */
export function countFailures(before: number, livedMs: number): number {
  return livedMs >= steadyMs ? 0 : before + 1
}

/** Milliseconds until the next start: none after the first failure, then 0.5 s, which doubles up to 30 s. */
export function restartPauseMs(failures: number): number {
  return failures < 2 ? 0 : Math.min(firstPauseMs * 2 ** (failures - 2), longestPauseMs)
}
