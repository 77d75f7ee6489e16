/** What is going on, on standard error: a line for each step, with the time that has passed. */
export type Progress = { step(text: string): void }

export function createProgress(): Progress {
  const startedMs = performance.now()
  return {
    step(text) {
      const seconds = Math.round((performance.now() - startedMs) / 1000)
      const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
      process.stderr.write(`${clock} ${text}\n`)
    },
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
